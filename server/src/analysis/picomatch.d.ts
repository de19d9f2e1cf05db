/** The one function used here; the package ships without types. */
declare module "picomatch" {
  const picomatch: {
    isMatch(path: string, glob: string | string[], options?: { dot?: boolean }): boolean;
  };
  export default picomatch;
}
