const ownColumns = ['own_loss', 'isotropic_loss', 'own_minus_isotropic'].flatMap((name) => [
  name,
  `${name}_se`,
]);
const names = [
  ...['checkpoint', 'loss', 'error', 'reference_loss', 'images', 'coordinates', 'remaining', 'gradient_norm'],
  ...['rho_90', 'rho_90_se', 'rho_90_loss', 'rho_90_loss_se'],
  ...['lambda_max', 'lambda_max_bound', 'lambda_min', 'lambda_min_bound', 'lanczos_steps', 'asymmetry'],
  ...[
    'trace',
    'trace_se',
    'trace_per_coordinate',
    'gauss_newton_trace',
    'density_mean',
    'density_mean_square',
  ],
  ...['kink_gap', 'kink_gap_se', 'line_integral_gap'],
  ...['mean', 'p10', 'p50', 'p90', 'negative_share'].map((name) => `curvature_${name}`),
  ...[...ownColumns, 'isotropic_std', 'curvature_rank'],
];

/** Columns of the metrics of flatness, in their order, with their types. */
export const metricsColumns: Readonly<Record<string, 'double' | 'int' | 'string'>> = {
  ...Object.fromEntries(names.map((name) => [name, 'double' as const])),
  checkpoint: 'string',
  images: 'int',
  coordinates: 'int',
  lanczos_steps: 'int',
};
