import { type CommandEntry, reviewView, runsView } from './command-entry.ts';
import { contextKeys, proposalScheme } from './context-keys.ts';
import { panelIds } from './views.ts';

const { evidenceStale, hasReview, inReview, onProposal } = contextKeys;
const reviewInFront = `${inReview} && activeEditor == multiDiffEditor`;
const proposalInFront = `${inReview} && resourceScheme == ${proposalScheme}`;
// Inside the multi-diff editor the resource is the whole change, so a key of ours tells where the cursor is.
const onHunk = `${inReview} && editorTextFocus && (resourceScheme == ${proposalScheme} || ${onProposal})`;
const summaryInFront = `activeWebviewPanelId == '${panelIds.review}'`;
const atReview = `(${inReview} || ${summaryInFront})`;
const aFinding = 'commentController == countersign.findings';
// One that counts: what is outside of the change cannot be mended or dismissed with it.
const anOpenFinding = `${aFinding} && commentThread =~ /^finding\\.(minor|major)$/`;

/** What a person does with a change that waits for their signature. */
export const reviewCommands = [
  {
    id: 'countersign.openReview',
    title: 'Open Review',
    icon: 'person',
    palette: hasReview,
    menus: [
      { menu: 'view/title', when: `${runsView} && ${hasReview}`, group: 'navigation@2' },
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^(phase\\..*signable|run\\.awaiting-review)$/ && isWorkspaceTrusted`,
        group: 'inline@1',
      },
      { menu: 'view/item/context', when: `${reviewView} && viewItem =~ /^review\\./`, group: 'inline@1' },
    ],
  },
  {
    id: 'countersign.openChanges',
    title: 'Open Changes',
    icon: 'diff-multiple',
    palette: hasReview,
    menus: [
      { menu: 'editor/title', when: `${summaryInFront} && ${hasReview}`, group: 'navigation@1' },
      {
        menu: 'view/item/context',
        when: `${runsView} && viewItem =~ /^phase\\..*signable$/ && isWorkspaceTrusted`,
        group: 'inline@2',
      },
      { menu: 'view/item/context', when: `${reviewView} && viewItem =~ /^review\\./`, group: 'inline@2' },
    ],
  },
  {
    id: 'countersign.nextHunk',
    title: 'Go to Next Hunk',
    icon: 'arrow-down',
    palette: inReview,
    menus: [{ menu: 'editor/title', when: proposalInFront, group: 'navigation@2' }],
  },
  {
    id: 'countersign.previousHunk',
    title: 'Go to Previous Hunk',
    icon: 'arrow-up',
    palette: inReview,
    menus: [{ menu: 'editor/title', when: proposalInFront, group: 'navigation@1' }],
  },
  {
    id: 'countersign.acceptHunk',
    title: 'Accept Hunk',
    icon: 'check',
    palette: inReview,
    menus: [
      { menu: 'editor/title', when: reviewInFront, group: '2_hunk@1' },
      { menu: 'view/item/context', when: `${reviewView} && viewItem =~ /^hunk\\.(open|rejected)/`, group: 'inline@1' },
    ],
    key: { key: 'ctrl+k y', mac: 'cmd+k y', when: onHunk },
  },
  {
    id: 'countersign.rejectHunk',
    title: 'Reject Hunk',
    icon: 'close',
    palette: inReview,
    menus: [
      { menu: 'editor/title', when: reviewInFront, group: '2_hunk@2' },
      { menu: 'view/item/context', when: `${reviewView} && viewItem =~ /^hunk\\.(open|accepted)/`, group: 'inline@2' },
    ],
    key: { key: 'ctrl+k n', mac: 'cmd+k n', when: onHunk },
  },
  {
    id: 'countersign.clearHunk',
    title: 'Clear Decision on Hunk',
    icon: 'discard',
    palette: inReview,
    menus: [
      { menu: 'editor/title', when: reviewInFront, group: '2_hunk@3' },
      {
        menu: 'view/item/context',
        when: `${reviewView} && viewItem =~ /^hunk\\.(accepted|rejected)/`,
        group: 'inline@3',
      },
    ],
  },
  {
    id: 'countersign.acceptFile',
    title: 'Accept All Hunks in File',
    icon: 'check-all',
    palette: inReview,
    menus: [
      { menu: 'editor/title', when: reviewInFront, group: '3_file@1' },
      { menu: 'view/item/context', when: `${reviewView} && viewItem == file`, group: 'inline@1' },
    ],
  },
  {
    id: 'countersign.rejectFile',
    title: 'Reject All Hunks in File',
    icon: 'close-all',
    palette: inReview,
    menus: [
      { menu: 'editor/title', when: reviewInFront, group: '3_file@2' },
      { menu: 'view/item/context', when: `${reviewView} && viewItem == file`, group: 'inline@2' },
    ],
  },
  {
    id: 'countersign.askForFix',
    title: 'Ask for a Fix',
    icon: 'tools',
    palette: `${atReview} && isWorkspaceTrusted`,
    menus: [
      { menu: 'comments/commentThread/title', when: `${anOpenFinding} && isWorkspaceTrusted`, group: 'inline@1' },
      {
        menu: 'view/item/context',
        when: `${reviewView} && viewItem =~ /^finding\\.(minor|major)/ && isWorkspaceTrusted`,
        group: 'inline@1',
      },
    ],
  },
  {
    id: 'countersign.dismissFinding',
    title: 'Dismiss Finding…',
    icon: 'circle-slash',
    palette: atReview,
    menus: [
      { menu: 'comments/commentThread/title', when: anOpenFinding, group: 'inline@2' },
      { menu: 'view/item/context', when: `${reviewView} && viewItem =~ /^finding\\.(minor|major)/`, group: 'inline@2' },
    ],
  },
  {
    id: 'countersign.keepAsIssue',
    title: 'Keep as Issue',
    icon: 'issues',
    palette: atReview,
    menus: [
      { menu: 'comments/commentThread/title', when: aFinding, group: 'inline@3' },
      { menu: 'view/item/context', when: `${reviewView} && viewItem =~ /^finding\\./`, group: 'inline@3' },
    ],
  },
  {
    id: 'countersign.goToEvidence',
    title: 'Go to Evidence',
    icon: 'search',
    palette: atReview,
    menus: [
      { menu: 'comments/commentThread/title', when: aFinding, group: 'inline@4' },
      { menu: 'view/item/context', when: `${reviewView} && viewItem =~ /^finding\\./`, group: '1_look@1' },
    ],
  },
  // A signature is no matter of guessing icons: these stand in the editor's title as words.
  {
    id: 'countersign.checkAgain',
    title: 'Check Again',
    palette: `${inReview} && isWorkspaceTrusted && ${evidenceStale}`,
    menus: [
      {
        menu: 'editor/title',
        when: `${reviewInFront} && isWorkspaceTrusted && ${evidenceStale}`,
        group: 'navigation@-3',
      },
      {
        menu: 'view/item/context',
        when: `${reviewView} && viewItem == review.stale && isWorkspaceTrusted`,
        group: '1_sign@1',
      },
      {
        menu: 'view/title',
        when: `${reviewView} && ${inReview} && ${evidenceStale} && isWorkspaceTrusted`,
        group: '1_sign@1',
      },
    ],
  },
  {
    id: 'countersign.approve',
    title: 'Approve',
    palette: `${atReview} && isWorkspaceTrusted`,
    menus: [
      {
        menu: 'editor/title',
        when: `${reviewInFront} && isWorkspaceTrusted && !${evidenceStale}`,
        group: 'navigation@-3',
      },
      {
        menu: 'view/item/context',
        when: `${reviewView} && viewItem == review.waiting && isWorkspaceTrusted`,
        group: '1_sign@1',
      },
      {
        menu: 'view/title',
        when: `${reviewView} && ${inReview} && !${evidenceStale} && isWorkspaceTrusted`,
        group: '1_sign@1',
      },
    ],
  },
  {
    // A command of its own, since the editor's title would write the key beside the word.
    id: 'countersign.approveByKey',
    title: 'Approve',
    palette: 'false',
    key: {
      key: 'ctrl+k ctrl+enter',
      mac: 'cmd+k cmd+enter',
      when: `(${reviewInFront} || ${proposalInFront} || ${summaryInFront}) && isWorkspaceTrusted`,
    },
  },
  {
    id: 'countersign.requestChanges',
    title: 'Request Changes…',
    palette: `${atReview} && isWorkspaceTrusted`,
    menus: [
      { menu: 'editor/title', when: `${reviewInFront} && isWorkspaceTrusted`, group: 'navigation@-2' },
      {
        menu: 'view/item/context',
        when: `${reviewView} && viewItem =~ /^review\\./ && isWorkspaceTrusted`,
        group: '1_sign@2',
      },
      { menu: 'view/title', when: `${reviewView} && ${inReview} && isWorkspaceTrusted`, group: '1_sign@2' },
    ],
  },
  {
    id: 'countersign.reject',
    title: 'Reject',
    palette: atReview,
    menus: [
      { menu: 'editor/title', when: reviewInFront, group: 'navigation@-1' },
      { menu: 'view/item/context', when: `${reviewView} && viewItem =~ /^review\\./`, group: '1_sign@3' },
      { menu: 'view/title', when: `${reviewView} && ${inReview}`, group: '1_sign@3' },
    ],
  },
  // What a row of the Review view opens.
  { id: 'countersign.openPlace', title: 'Open Change at Line', palette: 'false' },
] as const satisfies readonly CommandEntry[];
