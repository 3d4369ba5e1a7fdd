// Django's JavaScript catalogue.
declare function gettext(text: string): string;
declare function gettext_noop(text: string): string;
declare function ngettext(singular: string, plural: string, count: number): string;
declare function interpolate(text: string, values: unknown[]): string;
