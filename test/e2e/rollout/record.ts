import { writeFile } from 'node:fs/promises';
import { type MeasuredHeldBack, measureHeldBack } from './held-back.ts';
import { drawRecorded, RECORDED } from './recorded.ts';
import type { Recording } from './recording.ts';
import { startRolloutStage } from './stage.ts';
import { lostRoutes, type MeasuredUpgrade, measureUpgrade } from './upgrade.ts';

function recordingOf(upgrade: MeasuredUpgrade, heldBack: MeasuredHeldBack, now: Date): Recording {
  const { nodes, pings } = upgrade.network;
  return {
    date: now.toISOString().slice(0, 10),
    budgetSeconds: 90,
    lookedEveryMs: Math.round(Math.max(...nodes.map(({ everyMs }) => everyMs))),
    replacements: [...upgrade.replacements],
    routesLost: lostRoutes(upgrade.network).length,
    pings: [...pings],
    heldBack: heldBack.measured,
  };
}

const stage = await startRolloutStage();
try {
  const upgrade = await measureUpgrade(stage);
  const heldBack = await measureHeldBack(stage);
  await writeFile(RECORDED.log, await stage.log());
  const recording = recordingOf(upgrade, heldBack, new Date());
  await writeFile(RECORDED.data, `${JSON.stringify(recording, null, 2)}\n`);
  await drawRecorded();
} finally {
  await stage.stop();
}
