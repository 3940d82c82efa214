-- Rows of this file that were rejected before and are not now: they are loaded, or there is nothing to load of them. One
-- that an operator repaired still waits, since the file has the row as it was.
UPDATE system.load_rejects AS known
   SET resolved_at = now()
 WHERE loader = %(loader)s AND file_digest = %(file_digest)s AND resolved_at IS NULL AND repaired_at IS NULL
   AND NOT EXISTS (SELECT FROM staged_rejects WHERE staged_rejects.line = known.line)
