-- An identity is 128 bits, and was kept as 32 digits: half the index, which grows for all time and whose every page new leads touch.
-- What is kept under a name (an account of a pool) has the first half of its SHA-256 as key, and the name beside it.

ALTER TABLE identities ADD COLUMN name text;
UPDATE identities SET name = identity WHERE identity !~ '^[0-9a-f]{32}$';
ALTER TABLE identities ALTER COLUMN identity TYPE uuid USING
  CASE WHEN name IS NULL THEN identity::uuid ELSE encode(substring(sha256(convert_to(name, 'UTF8')) FOR 16), 'hex')::uuid END;
COMMENT ON COLUMN identities.name IS 'Null: the key is a keyed hash of a person.';
