-- What came of leads that were given by margin: outcomes counted by destination, by its leads of one grade, and by those of one segment.

CREATE TABLE conversions (
  cell text COLLATE "C" PRIMARY KEY,
  outcomes bigint NOT NULL,
  conversions bigint NOT NULL,
  CHECK (conversions >= 0 AND conversions <= outcomes)
) WITH (fillfactor = 70);
COMMENT ON TABLE conversions IS 'Only added to, by whoever routes an outcome; read without a lock.';
COMMENT ON COLUMN conversions.cell IS 'destination, destination/GRADE, or destination/GRADE/segment (nothing behind the second slash: no segment).';

-- Empty for leads that no margin has placed, which is all of them where no rule uses it.
ALTER TABLE leads ADD COLUMN trial text;
COMMENT ON COLUMN leads.trial IS 'Cell of conversions in which the outcome of the lead will count; null: in none.';
