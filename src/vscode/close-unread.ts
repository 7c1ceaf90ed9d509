import { TabInputWebview, window } from 'vscode';

/**
 * Closes the tabs of a panel that the editor restored and nobody has looked at yet. After a reload such a panel is not
 * ours before it is: a new one takes its place, so that there is one.
 */
export async function closeUnread(panelId: string): Promise<void> {
  const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
  // The editor puts something of its own before the type.
  const isOurs = (input: unknown) => input instanceof TabInputWebview && input.viewType.endsWith(panelId);
  await window.tabGroups.close(tabs.filter(({ input }) => isOurs(input)));
}
