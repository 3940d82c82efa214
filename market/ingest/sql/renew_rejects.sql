-- Rows that were tried again, `line` being the number of the reject: those that were rejected anew wait with the new
-- reason, the others are done with.
UPDATE system.load_rejects AS reject
   SET retried_at = now(),
       reason = coalesce(anew.reason, reject.reason),
       detail = coalesce(anew.detail, reject.detail),
       resolved_at = CASE WHEN anew.line IS NULL THEN now() END
  FROM unnest(%(tried)s::bigint[]) AS tried (load_reject_id)
  LEFT JOIN staged_rejects AS anew ON anew.line = tried.load_reject_id
 WHERE reject.load_reject_id = tried.load_reject_id
