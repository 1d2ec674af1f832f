// Writes each dashboard, and the options of each of its panels, as constants of Grafana's types, for tsc to judge: a JSON module would lose
// the literals that its unions are made of.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const raw = '@grafana/schema/dist/types/raw/composable';
const panelTypes = {
  timeseries: `${raw}/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen.d.ts`,
  stat: `${raw}/stat/panelcfg/x/StatPanelCfg_types.gen.d.ts`,
  gauge: `${raw}/gauge/panelcfg/x/GaugePanelCfg_types.gen.d.ts`,
  bargauge: `${raw}/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen.d.ts`,
  table: `${raw}/table/panelcfg/x/TablePanelCfg_types.gen.d.ts`,
  heatmap: `${raw}/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen.d.ts`,
};
const dashboards = new URL('../dashboards/', import.meta.url);
const generated = new URL('./generated/', import.meta.url);
rmSync(generated, { recursive: true, force: true });
mkdirSync(generated);
for (const file of readdirSync(dashboards).filter(name => name.endsWith('.json'))) {
  const text = readFileSync(new URL(file, dashboards), 'utf8').trimEnd();
  const { panels } = JSON.parse(text);
  const lines = ["import type { Dashboard } from '@grafana/schema';", "import type { Json } from '../json';"];
  for (const type of new Set(panels.map(panel => panel.type))) {
    lines.push(`import type { Options as ${type} } from '${panelTypes[type] ?? `no panel is called '${type}'`}';`);
  }
  lines.push(`export const dashboard: Json<Dashboard> = ${text};`);
  for (const panel of panels) {
    lines.push(`export const options${panel.id}: Partial<Json<${panel.type}>> = ${JSON.stringify(panel.options)};`);
  }
  writeFileSync(new URL(file.replace('.json', '.ts'), generated), lines.join('\n') + '\n');
}
