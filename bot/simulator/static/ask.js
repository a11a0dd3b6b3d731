// The page's posts to the server, and the short line that says when one failed.

const toast = document.getElementById("toast");
let hiding = 0;

export function complain(text) {
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => (toast.hidden = true), 4000);
}

// True when it was done; otherwise the reason is shown.
export async function ask(path, body) {
  try {
    const sent = body instanceof Blob ? body : JSON.stringify(body);
    const answer = await fetch(path, { method: "POST", body: sent });
    if (answer.ok) return true;
    complain(answer.status < 500 ? await answer.text() : "出了点问题，请看程序的输出。");
  } catch {
    complain("没发出去：程序好像停了。");
  }
  return false;
}
