// The extension: it finds the program, starts its language server, and puts what the program can do into commands, the test
// explorer and the status bar. Everything that is known of content is known by the program.
import * as vscode from "vscode";
import { ExecuteCommandRequest, LanguageClient, LanguageClientOptions, State } from "vscode-languageclient/node";
import { findProgram, Program, run } from "./program";
import { showResult } from "./results";
import { Tests } from "./tests";

let client: LanguageClient | undefined;
let status: vscode.StatusBarItem;
let output: vscode.LogOutputChannel;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  output = vscode.window.createOutputChannel("sentlint", { log: true });
  status = vscode.window.createStatusBarItem("sentlint.status", vscode.StatusBarAlignment.Left);
  status.name = "sentlint";
  status.command = "sentlint.showOutput";
  const tests = new Tests(program, output);
  const command = (name: string, work: () => unknown) => vscode.commands.registerCommand(`sentlint.${name}`, () => told(work));
  context.subscriptions.push(
    output,
    status,
    tests,
    command("checkWorkspace", checkWorkspace),
    command("convertFile", convertFile),
    command("fixAll", fixAll),
    command("newRule", newRule),
    command("newTest", newTest),
    command("restart", () => start(context)),
    command("showOutput", () => output.show()),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("sentlint.path") && start(context)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => start(context)),
  );
  await start(context);
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

let extensionPath = "";

function program(): Program {
  return findProgram(extensionPath);
}

async function start(context: vscode.ExtensionContext): Promise<void> {
  extensionPath = context.extensionPath;
  await client?.stop().catch(() => undefined);
  client = undefined;
  const found = program();
  const version = await run(found, ["--version"], undefined).catch((error: Error) => error);
  if (version instanceof Error || version.code !== 0) {
    const why = version instanceof Error ? version.message : version.stderr;
    shown("$(error) sentlint", `sentlint cannot be started: ${why}`);
    const choice = await vscode.window.showErrorMessage(`sentlint cannot be started (${found.path}): ${why}`, "Open Settings");
    if (choice) await vscode.commands.executeCommand("workbench.action.openSettings", "sentlint.path");
    return;
  }
  output.info(`${version.stdout.trim()}, ${found.path}`);
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: "file", language: "yaml" },
      { scheme: "untitled", language: "yaml" },
      { scheme: "file", language: "kusto" },
      { scheme: "untitled", language: "kusto" },
      { scheme: "file", pattern: "**/sentlint.toml" },
    ],
    outputChannel: output,
    initializationOptions: settings(),
    synchronize: { configurationSection: "sentlint" },
    middleware: {
      // What a code lens asks for is answered with text, which is to be seen.
      executeCommand: async (name, args, next) => showResult(name, await next(name, args), output),
    },
  };
  const server = new LanguageClient("sentlint", "sentlint", { command: found.path, args: ["lsp"] }, options);
  server.onDidChangeState(({ newState }) => {
    if (newState === State.Running) shown("$(shield) sentlint", `${version.stdout.trim()}\n${found.path}`);
    else if (newState === State.Starting) shown("$(sync~spin) sentlint", "The language server starts");
    else shown("$(warning) sentlint", "The language server is not running");
  });
  client = server;
  await server.start();
}

function settings(): unknown {
  return { inlayHints: { enable: vscode.workspace.getConfiguration("sentlint").get("inlayHints.enable") } };
}

function shown(text: string, about: string): void {
  status.text = text;
  status.tooltip = about;
  status.show();
}

/** Does something, and shows what went wrong. */
async function told(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    await vscode.window.showErrorMessage(`sentlint: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function activeDocument(): vscode.TextDocument {
  const document = vscode.window.activeTextEditor?.document;
  if (!document) throw new Error("no file is open");
  return document;
}

/** The folder of a document, or the first of the workspace. */
function folderOf(document?: vscode.TextDocument): string | undefined {
  const folder = document && vscode.workspace.getWorkspaceFolder(document.uri);
  return (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath;
}

async function checkWorkspace(): Promise<void> {
  await vscode.workspace.saveAll(false);
  const cwd = folderOf();
  if (!cwd) throw new Error("no folder is open");
  const checked = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: "sentlint checks" }, () =>
    run(program(), ["check", "--color", "never", "--output-format", "full"], cwd),
  );
  if (checked.code > 1) throw new Error(checked.stderr.trim());
  output.info(`${checked.stdout}${checked.stderr}`);
  const words = checked.stderr.trim().split("\n").pop() || checked.stdout.trim().split("\n").pop() || "done";
  await vscode.commands.executeCommand("workbench.actions.view.problems");
  void vscode.window.showInformationMessage(`sentlint: ${words}`, "Show Output").then((choice) => choice && output.show());
}

async function convertFile(): Promise<void> {
  if (!client) throw new Error("the language server is not running");
  const params = { command: "sentlint.convert", arguments: [client.code2ProtocolConverter.asUri(activeDocument().uri)] };
  await showResult("sentlint.convert", await client.sendRequest(ExecuteCommandRequest.type, params), output);
}

async function fixAll(): Promise<void> {
  activeDocument();
  await vscode.commands.executeCommand("editor.action.sourceAction", { kind: "source.fixAll.sentlint", apply: "first" });
}

async function newRule(): Promise<void> {
  const kinds = [
    { label: "Hunting query", content: "hunting-query" },
    { label: "Scheduled rule", content: "scheduled-rule" },
    { label: "NRT rule", content: "nrt-rule" },
    { label: "Custom detection", content: "custom-detection" },
  ];
  const chosen = await vscode.window.showQuickPick(kinds, { title: "New rule or query" });
  if (!chosen) return;
  const name = await vscode.window.showInputBox({ title: chosen.label, prompt: "The name that people see" });
  if (name === undefined) return;
  const form = chosen.content === "custom-detection" ? ["--form", "yaml"] : [];
  const made = await run(program(), ["new", chosen.content, ...form, ...(name ? [`--name=${name}`] : [])], folderOf());
  if (made.code !== 0) throw new Error(made.stderr.trim());
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: "yaml", content: made.stdout }));
}

async function newTest(): Promise<void> {
  const document = activeDocument();
  if (document.isUntitled) throw new Error("save the query first: its tests are saved next to it");
  await document.save();
  const made = await run(program(), ["new", "test", document.uri.fsPath], folderOf(document));
  if (made.code !== 0) throw new Error(made.stderr.trim());
  const path = document.uri.fsPath.replace(/\.[^.\\/]+$/, ".test.yaml");
  await vscode.window.showTextDocument(vscode.Uri.file(path));
}
