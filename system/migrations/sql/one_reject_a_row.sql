-- A row that was rejected for one reason and, when its file was loaded again, for another, waits once: for the newer.
DELETE FROM system.load_rejects AS older
 USING system.load_rejects AS newer
 WHERE (newer.file_digest, newer.line, newer.loader) = (older.file_digest, older.line, older.loader)
   AND newer.load_reject_id > older.load_reject_id
