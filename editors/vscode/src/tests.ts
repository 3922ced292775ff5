// The test explorer: the test files of the workspace, and what `sentlint test` says of them.
import * as path from "node:path";
import * as vscode from "vscode";
import { Program, run } from "./program";

const FILES = "**/*.test.{yaml,yml}";

interface Place {
  line: number;
  column: number;
}

interface Result {
  path: string;
  name: string;
  state: "passed" | "failed" | "broken";
  message: string | null;
  range: { start: Place; end: Place };
}

export class Tests implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController("sentlint", "sentlint");
  private readonly rest: vscode.Disposable[];

  constructor(
    private readonly program: () => Program,
    private readonly output: vscode.LogOutputChannel,
  ) {
    const watcher = vscode.workspace.createFileSystemWatcher(FILES);
    this.controller.resolveHandler = (item) => (item ? this.read(item) : this.find());
    this.controller.refreshHandler = () => this.find();
    this.controller.createRunProfile("Run", vscode.TestRunProfileKind.Run, (request, stop) => this.run(request, stop), true);
    this.rest = [
      this.controller,
      watcher,
      watcher.onDidCreate((uri) => this.add(uri)),
      watcher.onDidDelete((uri) => this.controller.items.delete(uri.toString())),
      watcher.onDidChange((uri) => {
        const item = this.controller.items.get(uri.toString());
        if (item?.children.size) void this.read(item);
      }),
    ];
  }

  dispose(): void {
    this.rest.forEach((one) => one.dispose());
  }

  private async find(): Promise<void> {
    (await vscode.workspace.findFiles(FILES)).forEach((uri) => this.add(uri));
  }

  private add(uri: vscode.Uri): vscode.TestItem {
    const known = this.controller.items.get(uri.toString());
    if (known) return known;
    const item = this.controller.createTestItem(uri.toString(), path.basename(uri.fsPath).replace(/\.test\.ya?ml$/, ""), uri);
    item.description = vscode.workspace.asRelativePath(path.dirname(uri.fsPath));
    item.canResolveChildren = true;
    this.controller.items.add(item);
    return item;
  }

  /** Learns the tests of a file. They take milliseconds, so that running them is the way to learn their names. */
  private async read(file: vscode.TestItem): Promise<void> {
    file.busy = true;
    try {
      this.fill(file, await this.results(file));
      file.error = undefined;
    } catch (error) {
      file.error = error instanceof Error ? error.message : String(error);
    } finally {
      file.busy = false;
    }
  }

  private fill(file: vscode.TestItem, results: Result[]): void {
    file.children.replace(
      results.map((result) => {
        const item = this.controller.createTestItem(`${file.id}#${result.name}`, result.name || "(file)", file.uri);
        const { start, end } = result.range;
        item.range = new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1);
        return item;
      }),
    );
  }

  private async results(file: vscode.TestItem, stop?: vscode.CancellationToken): Promise<Result[]> {
    const place = file.uri?.fsPath ?? "";
    const folder = file.uri && vscode.workspace.getWorkspaceFolder(file.uri)?.uri.fsPath;
    const ran = await run(this.program(), ["test", "--output-format", "json", "--", place], folder ?? path.dirname(place), stop);
    try {
      return (JSON.parse(ran.stdout) as { tests: Result[] }).tests;
    } catch {
      throw new Error(ran.stderr.trim() || "sentlint test said nothing");
    }
  }

  private async run(request: vscode.TestRunRequest, stop: vscode.CancellationToken): Promise<void> {
    await vscode.workspace.saveAll(false);
    await this.find();
    const run = this.controller.createTestRun(request);
    const wanted = new Map<vscode.TestItem, Set<string> | null>();
    const all: vscode.TestItem[] = [];
    this.controller.items.forEach((item) => all.push(item));
    for (const item of request.include ?? all) {
      if (!item.parent) wanted.set(item, null);
      else if (wanted.get(item.parent) !== null) wanted.set(item.parent, (wanted.get(item.parent) ?? new Set()).add(item.id));
    }
    const without = new Set((request.exclude ?? []).map((item) => item.id));
    for (const [file, only] of wanted) {
      if (stop.isCancellationRequested) break;
      if (without.has(file.id)) continue;
      run.started(file);
      try {
        const results = await this.results(file, stop);
        if (!file.children.size) this.fill(file, results);
        for (const result of results) {
          const item = file.children.get(`${file.id}#${result.name}`);
          if (!item || without.has(item.id) || (only && !only.has(item.id))) continue;
          const message = new vscode.TestMessage(result.message ?? result.state);
          if (item.uri && item.range) message.location = new vscode.Location(item.uri, item.range);
          if (result.state === "passed") run.passed(item);
          else if (result.state === "failed") run.failed(item, message);
          else run.errored(item, message);
        }
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        this.output.error(words);
        run.errored(file, new vscode.TestMessage(words));
      }
    }
    run.end();
  }
}
