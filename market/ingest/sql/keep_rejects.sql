INSERT INTO system.load_rejects (loader, file_name, file_digest, line, reason, detail, raw)
SELECT %(loader)s, %(file_name)s, %(file_digest)s, line, reason, detail, raw
  FROM staged_rejects
 ORDER BY line
    ON CONFLICT (file_digest, line, reason, loader) DO NOTHING
