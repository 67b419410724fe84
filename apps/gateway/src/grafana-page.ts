/** What a person sees at /grafana when no Grafana is configured. Plain: no script, no style of its own. */
export const GRAFANA_NOT_CONFIGURED_MESSAGE =
  'No Grafana is configured. Set GRAFANA_UPSTREAM to the address of a Grafana that serves from the sub-path /grafana, for example GRAFANA_UPSTREAM=http://127.0.0.1:3000, or GRAFANA_URL to the absolute address that browsers use, and start again.';

export const GRAFANA_NOT_CONFIGURED_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark">
<title>No Grafana is configured</title>
</head>
<body>
<h1>No Grafana is configured</h1>
<p>The gateway passes <code>/grafana</code> on to a Grafana once it knows where one is:</p>
<pre>GRAFANA_UPSTREAM=http://127.0.0.1:3000 npm start</pre>
<p>That Grafana must serve from the sub-path <code>/grafana</code> (<code>root_url</code> and
<code>serve_from_sub_path</code>) and allow embedding. A Grafana elsewhere is set by its absolute
address: <code>GRAFANA_URL=https://grafana.example.com</code>.</p>
<p>Profiles are shown without Grafana too: <a href="/pyroscope">back to Profiling</a>.</p>
</body>
</html>
`;
