namespace MaskApi.Training.Tests;

/// <summary>Tests that use torch, one at a time: it has a single random generator a process, and runs compared seed by seed must not share it.</summary>
[CollectionDefinition(Name)]
public sealed class TorchSerial
{
    public const string Name = "torch";
}
