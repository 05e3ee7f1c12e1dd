// How the options of a command are declared; from one table come parsing, types and help.

/** What a value must look like; text unless said. */
export type Kind = 'text' | 'int' | 'bool' | 'switch';

export interface Option {
  /** One letter, or two (`-qn`); absent for the few that have a long name only. */
  readonly short: string | undefined;
  /** The long name where it differs from the key: some of RocketMQ's hold spaces. */
  readonly long?: string;
  readonly describe: string;
  readonly kind: Kind;
  readonly required: boolean;
  /** Its value may be left out, and is this then. What follows is one only if it is a number. */
  readonly fallback?: string;
  /** Only its whole name is taken for it, so that RocketMQ's abbreviations keep their meaning. */
  readonly whole?: boolean;
}

export type Options = Readonly<Record<string, Option>>;

type ValueOf<O extends Option> = O['kind'] extends 'switch'
  ? boolean
  : O['required'] extends true
    ? Typed<O['kind']>
    : Typed<O['kind']> | undefined;

type Typed<K extends Kind> = K extends 'int' ? number : K extends 'bool' ? boolean : string;

/** The values that a command gets. */
export type Values<O extends Options> = { readonly [N in keyof O]: ValueOf<O[N]> };

const of =
  <const K extends Kind, const R extends boolean>(kind: K, required: R) =>
  (short: string | undefined, describe: string, long?: string) => ({
    short,
    describe,
    kind,
    required,
    ...(long === undefined ? {} : { long }),
  });

/** An option with a text value. */
export const option = of('text', false);
/** A text value that must be given. */
export const required = of('text', true);
/** A whole number. */
export const int = of('int', false);
export const requiredInt = of('int', true);
/** `true` or `false` as a value. */
export const bool = of('bool', false);
/** An option without a value. */
export const toggle = of('switch', false);

export const HELP = toggle('h', 'Print help');
export const NAMESRV = option(
  'n',
  "Name server address list, eg: '192.168.0.1:9876;192.168.0.2:9876'",
);

/** The name that messages call an option by: as commons-cli, the short one where there is one. */
export const keyOf = (name: string, { short, long }: Option): string => short ?? long ?? name;

export const longOf = (name: string, { long }: Option): string => long ?? name;

/** `-t`, or `--attributes`: how a user writes it. */
export const spelled = (name: string, one: Option): string =>
  one.short === undefined ? `--${longOf(name, one)}` : `-${one.short}`;

export const takesValue = ({ kind }: Option): boolean => kind !== 'switch';
