/** How a program sends its first profile. */
export interface Snippet {
  readonly language: string;
  /** A whole file, with the command that it needs in its first line. */
  readonly code: string;
}

/** Working examples for a server at `address`. */
export function snippets(address: string): readonly Snippet[] {
  return [
    {
      language: 'Node',
      code: `// npm install @pyroscope/nodejs
// At the start of the program, in an ES module:
import Pyroscope from '@pyroscope/nodejs';

Pyroscope.init({
  serverAddress: '${address}',
  appName: 'my-service',
  tags: { environment: 'development' },
  wall: { collectCpuTime: true },
});
Pyroscope.start();
`,
    },
    {
      language: 'Python',
      code: `# pip install pyroscope-io
# At the start of the program:
import pyroscope

pyroscope.configure(
    application_name="my-service",
    server_address="${address}",
    tags={"environment": "development"},
)
`,
    },
    {
      language: 'Go',
      code: `// go get github.com/grafana/pyroscope-go
package main

import "github.com/grafana/pyroscope-go"

func main() {
	profiler, err := pyroscope.Start(pyroscope.Config{
		ApplicationName: "my-service",
		ServerAddress:   "${address}",
		Tags:            map[string]string{"environment": "development"},
	})
	if err != nil {
		panic(err)
	}
	defer profiler.Stop()

	// The program's own work.
}
`,
    },
  ];
}
