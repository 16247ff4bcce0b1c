/** Numbers and times in the words of a language. It knows nothing of room keys. */

/** One text for each plural category that the language has. */
export type PluralForms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;

const MINUTE = 60;
const HOUR = 3600;
const SECONDS_STEP = 5;
const MINUTES_STEP = 10;

export class Formats {
  readonly #locale: string;
  readonly #number: Intl.NumberFormat;
  readonly #rough: Intl.NumberFormat;
  readonly #plural: Intl.PluralRules;
  readonly #relative: Intl.RelativeTimeFormat;
  readonly #list: Intl.ListFormat;

  constructor(locale: string) {
    this.#locale = locale;
    this.#number = new Intl.NumberFormat(locale);
    this.#rough = new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 });
    this.#plural = new Intl.PluralRules(locale);
    this.#relative = new Intl.RelativeTimeFormat(locale, { numeric: "always" });
    this.#list = new Intl.ListFormat(locale, { type: "unit", style: "short" });
  }

  number(value: number): string {
    return this.#number.format(value);
  }

  /** For what moves too fast to be read to the last digit. */
  roughNumber(value: number): string {
    return this.#rough.format(value);
  }

  plural(value: number, forms: PluralForms): string {
    return forms[this.#plural.select(value)] ?? forms.other;
  }

  /** Such as "in 20 seconds". */
  fromNow(seconds: number): string {
    if (seconds < MINUTE) return this.#relative.format(seconds, "second");
    if (seconds < HOUR) return this.#relative.format(Math.round(seconds / MINUTE), "minute");
    return this.#relative.format(Math.round(seconds / HOUR), "hour");
  }

  /** Such as "20 seconds", "3 minutes", "1 hour, 10 minutes": as rough as a guess is. */
  duration(seconds: number): string {
    const rounded = Math.ceil(seconds / SECONDS_STEP) * SECONDS_STEP;
    if (rounded < MINUTE) return this.#unit(Math.max(SECONDS_STEP, rounded), "second");
    const minutes = Math.round(seconds / MINUTE);
    return minutes < HOUR / MINUTE ? this.#unit(Math.max(1, minutes), "minute") : this.#hours(minutes);
  }

  /** Such as "a, b". */
  list(parts: readonly string[]): string {
    return this.#list.format(parts);
  }

  #hours(minutes: number): string {
    const rounded = Math.round(minutes / MINUTES_STEP) * MINUTES_STEP;
    const rest = rounded % MINUTE;
    const parts = [this.#unit(Math.floor(rounded / MINUTE), "hour")];
    if (rest > 0) parts.push(this.#unit(rest, "minute"));
    return this.list(parts);
  }

  #unit(value: number, unit: "second" | "minute" | "hour"): string {
    return new Intl.NumberFormat(this.#locale, { style: "unit", unit, unitDisplay: "long" }).format(value);
  }
}

const known = new Map<string, Formats>();

function formatsOf(locale: string): Formats {
  const formats = known.get(locale) ?? new Formats(locale);
  known.set(locale, formats);
  return formats;
}

/**
 * Those of the nearest `lang` attribute, or of the browser, so that "en-GB" and "en-US" differ as they should. A language other than
 * that of the strings is left aside: no sentence is half in one and half in the other.
 */
export function formatsFor(element: Element, language: string): Formats {
  const locale = canonical(nearestLang(element) || navigator.language);
  return formatsOf(locale && sameLanguage(locale, language) ? locale : language);
}

function nearestLang(element: Element): string {
  const lang = element.closest("[lang]")?.getAttribute("lang");
  if (lang) return lang;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? nearestLang(root.host) : "";
}

function canonical(tag: string): string | null {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}

function sameLanguage(locale: string, language: string): boolean {
  return new Intl.Locale(locale).language === new Intl.Locale(language).language;
}
