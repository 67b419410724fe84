export { AiAudit } from './ai-audit.tsx';
export { AiPerformance } from './ai-performance.tsx';
