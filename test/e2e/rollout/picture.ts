import type { RecordedHeldBack, RecordedReplacement, Recording } from './recording.ts';

const WIDTH = 860;
const LEFT = 150;
const RIGHT = 30;
const ROW = 34;
const BAR = 16;

const COLOURS = {
  text: '#24292f',
  faint: '#d0d7de',
  session: '#54aeff',
  work: '#b6e3ff',
  lost: '#cf222e',
  limit: '#9a6700',
};

/** Seconds on a line from left to right. */
interface Scale {
  readonly seconds: number;
  x(at: number): number;
}

const scale = (seconds: number): Scale => ({
  seconds,
  x: at => Math.round((LEFT + (at / seconds) * (WIDTH - LEFT - RIGHT)) * 10) / 10,
});

const bar = ({ x }: Scale, y: number, from: number, until: number, colour: string): string =>
  `<rect x="${x(from)}" y="${y}" width="${Math.round((x(until) - x(from)) * 10) / 10}" height="${BAR}" fill="${colour}"/>`;

const label = (x: number, y: number, text: string, more = ''): string =>
  `<text x="${x}" y="${y}"${more}>${text}</text>`;

const END = ' text-anchor="end"';
const MIDDLE = ' text-anchor="middle"';
const SMALL = ' font-size="11"';

function axis({ seconds, x }: Scale, top: number, bottom: number, step: number): readonly string[] {
  const ticks = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => index * step);
  return ticks.flatMap(at => [
    `<line x1="${x(at)}" y1="${top}" x2="${x(at)}" y2="${bottom}" stroke="${COLOURS.faint}"/>`,
    label(x(at), bottom + 14, `${at} s`, MIDDLE + SMALL),
  ]);
}

function limit({ x }: Scale, at: number, top: number, bottom: number, text: string): readonly string[] {
  return [
    `<line x1="${x(at)}" y1="${top - 4}" x2="${x(at)}" y2="${bottom}" stroke="${COLOURS.limit}" stroke-width="2" stroke-dasharray="5 3"/>`,
    label(x(at), top - 8, text, `${MIDDLE}${SMALL} fill="${COLOURS.limit}"`),
  ];
}

const title = (y: number, text: string): string => label(16, y, text, ' font-weight="bold"');

/** From the deletion to the uncordon; darker while the neighbours have no session. */
function replacement(scale: Scale, y: number, one: RecordedReplacement, from = 0): readonly string[] {
  return [
    bar(scale, y, from, from + one.uncordoned, COLOURS.work),
    bar(scale, y, from + one.bgpDown, from + one.bgpUp, COLOURS.session),
  ];
}

function heldBackRow(scale: Scale, y: number, one: RecordedHeldBack): readonly string[] {
  const lost = Math.min(...one.routesLost.map(({ from }) => from));
  const back = Math.max(...one.routesLost.map(({ until }) => until));
  const x = scale.x(one.stopped);
  const text = `routes lost from ${lost.toFixed(1)} s to ${back.toFixed(1)} s; the controller stops at ${one.stopped.toFixed(1)} s`;
  return [
    label(LEFT - 10, y + 13, `${one.node}, held back`, END),
    bar(scale, y, 0, one.bgpUp, COLOURS.session),
    bar(scale, y, lost, back, COLOURS.lost),
    `<line x1="${x}" y1="${y - 5}" x2="${x}" y2="${y + BAR + 5}" stroke="${COLOURS.text}" stroke-width="2"/>`,
    label(scale.x(back) + 8, y + 13, text, SMALL),
  ];
}

function againstBudget(
  recording: Recording,
  top: number,
): { readonly parts: readonly string[]; readonly bottom: number } {
  const { replacements, heldBack, budgetSeconds, routesLost } = recording;
  const lost = routesLost === 0 ? 'no route lost at its neighbours' : `${routesLost} routes lost in all`;
  const line = scale(100);
  const bottom = top + ROW * (replacements.length + 1);
  const rows = replacements.flatMap((one, index) => {
    const y = top + 8 + index * ROW;
    const text = `${one.measured.toFixed(1)} s to Ready with BGP; ${lost}`;
    return [
      label(LEFT - 10, y + 13, one.node, END),
      ...replacement(line, y, one),
      label(line.x(one.uncordoned) + 8, y + 13, text, SMALL),
    ];
  });
  return {
    bottom,
    parts: [
      title(top - 30, 'Since the deletion of the pod'),
      ...axis(line, top, bottom, 10),
      ...limit(line, budgetSeconds, top, bottom, `${budgetSeconds} s: gracefulRestartSeconds`),
      ...rows,
      ...heldBackRow(line, top + 8 + replacements.length * ROW, heldBack),
    ],
  };
}

function oneAfterTheOther(
  { replacements }: Recording,
  top: number,
): { readonly parts: readonly string[]; readonly bottom: number } {
  const end = Math.max(...replacements.map(({ begin, uncordoned }) => begin + uncordoned));
  const line = scale(Math.ceil(end + 0.5));
  const bottom = top + ROW * replacements.length;
  const rows = replacements.flatMap((one, index) => {
    const y = top + 8 + index * ROW;
    return [label(LEFT - 10, y + 13, one.node, END), ...replacement(line, y, one, one.begin)];
  });
  return {
    bottom,
    parts: [
      title(top - 12, 'The same three, one after the other, since the first deletion'),
      ...axis(line, top, bottom, 1),
      ...rows,
    ],
  };
}

function legend(y: number): readonly string[] {
  const entries = [
    [COLOURS.work, 'from the deletion to the uncordon'],
    [COLOURS.session, 'no BGP session, routes kept'],
    [COLOURS.lost, 'routes lost'],
  ] as const;
  return entries.flatMap(([colour, text], index) => {
    const x = LEFT + index * 235;
    return [
      `<rect x="${x}" y="${y - 11}" width="14" height="14" fill="${colour}"/>`,
      label(x + 20, y, text, SMALL),
    ];
  });
}

/** An SVG of a recorded run: every replacement against the time that it has. */
export function picture(recording: Recording): string {
  const first = againstBudget(recording, 62);
  const second = oneAfterTheOther(recording, first.bottom + 64);
  const height = second.bottom + 56;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13" fill="${COLOURS.text}">`,
    `<title>The replacement of calico-node on three nodes, measured on ${recording.date}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...first.parts,
    ...second.parts,
    ...legend(second.bottom + 40),
    '</svg>',
    '',
  ].join('\n');
}
