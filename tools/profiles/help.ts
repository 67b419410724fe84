export const HELP = `Usage: npm run profiles -- <command> [options]

Asks any server that speaks Pyroscope's API. Totals are those of the profiling page.

Commands
  services   who sends profiles, and which types
  types      the profile types that have data
  top        functions by their own time or memory, for each service
  flame      the call tree, indented, for each service
  diff       what changed between two ranges or two selections, function by function

Which server
  --url URL           default $PYROSCOPE_URL, else http://127.0.0.1:4040
  --tenant NAME       sent as X-Scope-OrgID
  Credentials: $PROFILES_AUTH, "basic user:password" or "bearer token".

Which profiles
  --from T, --to T    now-1h (default), now, milliseconds since 1970, or ISO 8601
  --service NAME      may be repeated; default every service that sends profiles
  --model NAME        one model of the services
  --type TYPE         cpu (default), memory, or a profile type's id
  --filter CONDITION  name=value, name!=value, name=~pattern, name!~pattern; may be repeated
  --selector TEXT     the same as PromQL: '{environment="production"}'

What to show
  --limit N           rows of top and diff (30)
  --by self|total     column that top and diff rank by (self)
  --min-share P       flame: least share of a shown node in percent (0.5)
  --max-nodes N       nodes the server sends; the rest is merged (16384)
  --idle              keep the time spent waiting, "(idle)", in CPU profiles
  --json              one JSON document instead of text
  --help

Baseline of diff (default: as long a time just before --from)
  --base-from T, --base-to T, --base-service NAME, --base-model NAME,
  --base-filter CONDITION, --base-selector TEXT
  With another service, model or selection and no times, the range is the same.

Exit code: 0, 1 when the server cannot answer, 2 when the command cannot be understood.`;

export const EXPORT_HELP = `Usage: npm run profiles:export -- --to <url> | --out <folder> [options]

Copies every stored profile of a Pyroscope-compatible server into another one, or into pprof files.
Can be stopped and run again at any time: what is already there is left alone.

  --to URL            the server that gets the profiles
  --out FOLDER        or a folder for pprof files (.pb.gz)
  --since T, --until T   now-1d, milliseconds since 1970 or ISO 8601; default everything up to now
  --service NAME      may be repeated; default all
  --filter CONDITION, --selector TEXT   only these series
  --url URL           the server to read, default $PYROSCOPE_URL, else http://127.0.0.1:4040
  --tenant NAME       tenant to read; --to-tenant NAME to write (default the same)
  --parallel N        profiles under way at one time (6)
  --dry-run           only count
  --json              the outcome as JSON
  --help

Credentials: $PROFILES_AUTH to read and $PROFILES_TO_AUTH to write, each "basic user:password" or
"bearer token".

Exit code: 0 when everything is at its target, 1 otherwise, 2 when the command cannot be understood.`;
