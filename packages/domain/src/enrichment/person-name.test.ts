/** Names as they come: whole or in fields, shouted, turned round, with titles and suffixes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPersonName } from './person-name.ts';

const NOTHING = { title: null, given: null, middle: null, family: null, suffix: null };
const whole = (fullName: string) => {
  const found = readPersonName({ fullName, firstName: null, lastName: null });
  if (found === null) return null;
  const { source: _, confidence: __, ...parts } = found;
  return parts;
};
const fields = (firstName: string | null, lastName: string | null) => readPersonName({ fullName: null, firstName, lastName });

describe('a whole name', () => {
  it.each([
    ['John Smith', { given: 'John', family: 'Smith' }],
    ['DR. JOHN Q. SMITH JR.', { title: 'Dr.', given: 'John', middle: 'Q.', family: 'Smith', suffix: 'Jr.' }],
    ['smith, john', { given: 'John', family: 'Smith' }],
    ['SMITH JR., JOHN Q', { given: 'John', middle: 'Q.', family: 'Smith', suffix: 'Jr.' }],
    ['Smith, Dr. John', { title: 'Dr.', given: 'John', family: 'Smith' }],
    ['Smith, John, Jr.', { given: 'John', family: 'Smith', suffix: 'Jr.' }],
    ['John Smith, PhD, MBA', { given: 'John', family: 'Smith', suffix: 'PhD, MBA' }],
    ['Prof. Dr. Erika Mustermann', { title: 'Prof. Dr.', given: 'Erika', family: 'Mustermann' }],
    ['Ms. Lee', { title: 'Ms.', family: 'Lee' }],
    ["MARY-ANN O'BRIEN-LEE III", { given: 'Mary-Ann', family: "O'Brien-Lee", suffix: 'III' }],
    ['ronald mcdonald', { given: 'Ronald', family: 'McDonald' }],
    ['Ludwig van Beethoven', { given: 'Ludwig', family: 'van Beethoven' }],
    ['MARIA DE LA CRUZ', { given: 'Maria', family: 'de la Cruz' }],
    ['Martin Van Buren', { given: 'Martin', family: 'Van Buren' }],
    ['Jean DUPONT', { given: 'Jean', family: 'Dupont' }],
    ['DUPONT Jean', { given: 'Jean', family: 'Dupont' }],
    ['J. Robert Oppenheimer', { given: 'J. Robert', family: 'Oppenheimer' }],
    ['John "Jack" Smith (CIO)', { given: 'John', family: 'Smith' }],
    ['Yo-Yo Ma', { given: 'Yo-Yo', family: 'Ma' }],
    ['\u00c5SA \u00d6BERG', { given: '\u00c5sa', family: '\u00d6berg' }],
    ['  Ann \t Lee ', { given: 'Ann', family: 'Lee' }],
    ['ann Lee', { given: 'Ann', family: 'Lee' }],
  ])('%s', (name, parts) => {
    expect(whole(name)).toEqual({ ...NOTHING, ...parts });
  });

  it.each(['', 'Cher', 'Dr.', 'ann@example.com', 'John Smith 2', 'a, b, c, d', 'http://x.y', 'Jr., Sr.', ','])(
    '"%s" cannot be read as one',
    (name) => {
      expect(whole(name)).toBeNull();
    },
  );
});

describe('a name in fields', () => {
  it('adds nothing to one that is in order', () => {
    expect(fields('Ann', 'Lee')).toBeNull();
    expect(fields('Jos\u00e9 Luis', 'van der Berg')).toBeNull();
    expect(fields('Ann', null)).toBeNull();
    expect(readPersonName({ firstName: null, lastName: null, fullName: null })).toBeNull();
  });

  it.each([
    ['DR. JOHN', 'SMITH JR.', { title: 'Dr.', given: 'John', family: 'Smith', suffix: 'Jr.' }],
    ['john q', 'smith, md', { given: 'John', middle: 'Q.', family: 'Smith', suffix: 'MD' }],
    [null, 'SMITH', { family: 'Smith' }],
    [null, 'smith, john', { given: 'John', family: 'Smith' }],
    ['Mr. John', 'Smith', { title: 'Mr.', given: 'John', family: 'Smith' }],
  ])('%s, %s', (first, last, parts) => {
    expect(fields(first, last)).toMatchObject({ ...NOTHING, ...parts });
  });

  it('says where it is from, and is surer of fields than of one text', () => {
    expect(fields('JOHN', 'SMITH')).toMatchObject({ source: 'first and last name', confidence: 0.95 });
    expect(readPersonName({ fullName: 'smith, john', firstName: null, lastName: null })).toMatchObject({
      source: 'full name, family name first',
      confidence: 0.9,
    });
    expect(readPersonName({ fullName: 'Wrong Name', firstName: 'ANN', lastName: 'LEE' })).toMatchObject({ given: 'Ann', family: 'Lee' });
  });
});

it('any text gives a name of words that were said, or none, and what it gives is in order', () => {
  const text = fc.option(
    fc.oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.string({ unit: fc.constantFrom('a', 'B', ' ', ',', '.', 'j', 'r', 'V') })),
    { nil: null },
  );
  fc.assert(
    fc.property(text, text, text, (firstName, lastName, fullName) => {
      const found = readPersonName({ firstName, lastName, fullName });
      if (found === null) return;
      expect(found.given ?? found.family).not.toBeNull();
      expect(found.given).not.toBe('');
      expect(found.family).not.toBe('');
      expect(found.confidence > 0 && found.confidence <= 1).toBe(true);
      expect(readPersonName({ firstName, lastName, fullName })).toEqual(found);
    }),
    { numRuns: 2_000 },
  );
});
