export const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
