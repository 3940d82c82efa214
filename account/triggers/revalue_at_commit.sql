BEGIN
    PERFORM account.revalue_queued();
    RETURN NULL;
END
