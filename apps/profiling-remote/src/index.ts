// Everything behind this import may use what federation shares, which is there only after a pause.
void import('./standalone.ts');
