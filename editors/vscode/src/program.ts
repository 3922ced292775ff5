// The program `sentlint`: where it is, and how it is run.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";

export interface Program {
  path: string;
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** The program of the settings, or that of the package, or the one on the PATH. */
export function findProgram(extensionPath: string): Program {
  const set = vscode.workspace.getConfiguration("sentlint").get<string>("path")?.trim();
  if (set) return { path: set };
  const name = process.platform === "win32" ? "sentlint.exe" : "sentlint";
  const packed = path.join(extensionPath, "bin", name);
  return { path: existsSync(packed) ? packed : name };
}

/** Runs the program to its end. Nothing that is passed on goes through a shell. */
export function run(program: Program, args: string[], cwd: string | undefined, stop?: vscode.CancellationToken): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program.path, args, { cwd, stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
    const ran: Ran = { code: 2, stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (ran.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (ran.stderr += text));
    stop?.onCancellationRequested(() => child.kill());
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...ran, code: code ?? 2 }));
  });
}
