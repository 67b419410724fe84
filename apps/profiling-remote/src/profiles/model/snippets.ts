/** How a program sends its first profile. */
export interface Snippet {
  readonly language: string;
  readonly install: string;
  readonly code: string;
}

/** Working examples for a server at `address`. */
export function snippets(address: string): readonly Snippet[] {
  return [
    {
      language: 'Node',
      install: 'npm install @pyroscope/nodejs',
      code: `import Pyroscope from '@pyroscope/nodejs';

Pyroscope.init({
  serverAddress: '${address}',
  appName: 'my-service',
  tags: { environment: 'development' },
  wall: { collectCpuTime: true },
});
Pyroscope.start();`,
    },
    {
      language: 'Python',
      install: 'pip install pyroscope-io',
      code: `import pyroscope

pyroscope.configure(
    application_name="my-service",
    server_address="${address}",
    tags={"environment": "development"},
)`,
    },
    {
      language: 'Go',
      install: 'go get github.com/grafana/pyroscope-go',
      code: `import "github.com/grafana/pyroscope-go"

pyroscope.Start(pyroscope.Config{
	ApplicationName: "my-service",
	ServerAddress:   "${address}",
	Tags:            map[string]string{"environment": "development"},
})`,
    },
  ];
}
