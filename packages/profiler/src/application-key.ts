const TAG_NAME = /^[a-zA-Z_][a-zA-Z0-9_.]*$/;

/**
 * The `name` of `/ingest`: `application{tag=value,...}`. Values lose the characters that end a
 * value there (`{`, `}`, `,`, `=`, quotes, line breaks); empty ones are left out.
 * @throws TypeError for an application name or a tag name that cannot be sent
 */
export function applicationKey(
  application: string,
  tags: Readonly<Record<string, string>>,
): string {
  if (application.trim() === '' || /[{}]/.test(application)) {
    throw new TypeError(
      `the application name ${JSON.stringify(application)} is empty or has braces`,
    );
  }
  const pairs = Object.entries(tags).flatMap(([name, text]) => {
    if (!TAG_NAME.test(name))
      throw new TypeError(`the tag name ${JSON.stringify(name)} does not fit`);
    const value = text.replace(/[{},="'\r\n]+/g, '_').trim();
    return value === '' ? [] : [`${name}=${value}`];
  });
  return `${application.trim()}{${pairs.join(',')}}`;
}
