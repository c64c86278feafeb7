-- How a closed lead ended: reports and owners ask, and the row is where they look. Leads that were closed before this have none.
ALTER TABLE leads ADD COLUMN outcome text CHECK (outcome IN ('WON', 'LOST', 'DISQUALIFIED'));
