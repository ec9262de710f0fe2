using MaskApi.Training.Network;
using TorchSharp;

namespace MaskApi.Training.Tests;

/// <summary>
/// Runs tests that use torch one at a time: torch has one random generator per process, and runs compared by seed must not share it.
/// </summary>
[CollectionDefinition(Name)]
public sealed class TorchSerial : ICollectionFixture<TorchSerial.OneThread>
{
    public const string Name = "torch";

    /// <summary>
    /// Limits torch to one thread. Several threads add in arbitrary order, and on a busy machine they wait for each other after
    /// every operation, so a test takes minutes instead of seconds.
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
