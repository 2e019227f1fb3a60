/** Our packages from their sources. What such a process starts in turn inherits them. */
export const nodeFlags: readonly string[] = ['-C', 'dev', '--disable-warning=ExperimentalWarning'];
