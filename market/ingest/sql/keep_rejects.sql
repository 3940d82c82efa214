-- A row that a load has rejected before, and that still waits as it was, gets the reason of now: the first may be mended.
INSERT INTO system.load_rejects AS known (loader, file_name, file_digest, line, reason, detail, raw, context)
SELECT %(loader)s, %(file_name)s, %(file_digest)s, line, reason, detail, raw, context
  FROM staged_rejects
 ORDER BY line
    ON CONFLICT (file_digest, line, loader) DO UPDATE
   SET reason = excluded.reason, detail = excluded.detail, context = excluded.context
 WHERE known.resolved_at IS NULL AND known.repaired_at IS NULL
   AND (known.reason, known.detail, known.context) IS DISTINCT FROM (excluded.reason, excluded.detail, excluded.context)
