namespace MaskApi.Tests;

/// <summary>Tests that measure their own process: no other test runs at the same time.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
