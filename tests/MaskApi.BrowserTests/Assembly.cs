using MaskApi.BrowserTests;
using Xunit.Sdk;
using Xunit.v3;

// One browser at a time: on a small machine, several only slow each other down.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: AssemblyFixture(typeof(Browser))]
