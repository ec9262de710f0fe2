using MaskApi.Training.Network;
using TorchSharp;

namespace MaskApi.Training.Tests;

/// <summary>Tests that use torch, one at a time: it has a single random generator a process, and runs compared seed by seed must not share it.</summary>
[CollectionDefinition(Name)]
public sealed class TorchSerial : ICollectionFixture<TorchSerial.OneThread>
{
    public const string Name = "torch";

    /// <summary>
    /// Torch on one thread. Several add up in whatever order they come, and on a busy machine they wait for each other at the end of
    /// every operation, so that a test takes minutes and not seconds.
    /// </summary>
    public sealed class OneThread
    {
        public OneThread()
        {
            TorchLoader.EnsureLoaded();
            torch.set_num_threads(1);
        }
    }
}
