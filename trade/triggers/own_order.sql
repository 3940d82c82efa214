-- Row security asks each order whose it is: from the order itself, because a rule that looks it up in the holding's portfolio
-- finds a trader's newest orders by reading everybody's.
BEGIN
    NEW.owned_by := coalesce(
        (SELECT portfolio.created_by FROM account.holdings JOIN account.portfolio USING (portfolio_id)
          WHERE holdings.holding_id = NEW.holding_id), NEW.created_by);
    RETURN NEW;
END
