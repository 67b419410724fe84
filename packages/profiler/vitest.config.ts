import { vitestProject } from '../../tools/vitest-project.ts';

export default vitestProject({ exclude: ['src/testing/**'] });
