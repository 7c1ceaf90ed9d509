import type { Handler } from '../app.ts';

/** Of what the panel shows; of the whole history where it is closed. */
export const exportTable: Handler = async (app) => {
  const [{ noFilters }, { chooseTable }] = await Promise.all([
    import('../../contract/trajectories-list.ts'),
    import('./export-table.ts'),
  ]);
  const { filters, place } = app.trajectories.looksAt;
  await chooseTable(app, filters ?? noFilters, place);
};
