// What the commands of the language server answer, shown to people.
import * as vscode from "vscode";

interface Answer {
  text?: string;
  languageId?: string;
  notes?: string[];
  passed?: number;
  total?: number;
}

export async function showResult(command: string, answer: unknown, output: vscode.LogOutputChannel): Promise<unknown> {
  const { text, languageId, notes, passed, total } = (answer ?? {}) as Answer;
  if (text === undefined) return answer;
  switch (command) {
    case "sentlint.convert": {
      const document = await vscode.workspace.openTextDocument({ language: languageId ?? "json", content: text });
      await vscode.window.showTextDocument(document, vscode.ViewColumn.Beside);
      if (notes?.length) {
        notes.forEach((note) => output.warn(note));
        void vscode.window.showInformationMessage(`sentlint: converted with ${notes.length === 1 ? "a note" : `${notes.length} notes`}: ${notes[0]}`);
      }
      break;
    }
    case "sentlint.runTests": {
      output.info(text);
      const words = `sentlint: ${passed} of ${total} tests passed`;
      const show = passed === total ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
      void show(words, "Show Output").then((choice: string | undefined) => choice && output.show());
      break;
    }
    default: {
      const document = await vscode.workspace.openTextDocument({ language: "plaintext", content: text });
      await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true, preserveFocus: true });
    }
  }
  return answer;
}
