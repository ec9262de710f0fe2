using System.Runtime.InteropServices;
using MaskApi.Training.Data;
using MaskApi.Training.Network;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace MaskApi.Training.Fitting;

/// <summary>
/// Outputs of the frozen part of the backbone for every view of every sample, computed once: the costly blocks run once per view instead of
/// once per epoch. Holds, per view, the input of each block that may be the first trainable one (half precision), and the pooled features
/// (single precision).
/// </summary>
internal sealed class FeatureBank : IDisposable
{
    private readonly Dictionary<int, int> _rows;
    private readonly Dictionary<int, Tensor> _inputs;
    private readonly Tensor _pooled;

    private FeatureBank(IReadOnlyList<int> items, int views, Dictionary<int, Tensor> inputs, Tensor pooled)
    {
        _rows = items.Select((item, i) => (item, i)).ToDictionary(p => p.item, p => p.i * views);
        (_inputs, _pooled, Views) = (inputs, pooled, views);
    }

    /// <summary>Views per face.</summary>
    public int Views { get; }

    /// <summary>Row of a face's view.</summary>
    /// <param name="item">The face.</param>
    /// <param name="view">Index of the view, from 0 to <see cref="Views"/> − 1.</param>
    public long Row(int item, int view = 0) => _rows[item] + view;

    /// <summary>Renders all views and runs the frozen blocks over them.</summary>
    /// <param name="backbone">Its blocks before the trainable ones must not change while the bank is in use.</param>
    /// <param name="items">The faces, by arbitrary numbers.</param>
    /// <param name="requests">Grouped by face: all views of one before the next, all of one size.</param>
    /// <param name="views">Views of each face.</param>
    /// <param name="firstBlocks">Blocks that may be the first trainable one; the number of blocks stands for none.</param>
    /// <param name="progress">Receives each finished view; may be null.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<FeatureBank> BuildAsync(
        BackboneWeights backbone,
        IReadOnlyList<int> items,
        IReadOnlyList<SampleRequest> requests,
        int views,
        IReadOnlySet<int> firstBlocks,
        IProgress<int>? progress,
        CancellationToken cancellationToken)
    {
        int[] blocks = [.. firstBlocks.Where(b => b > 0 && b < backbone.Blocks.Count).Order()];
        var side = requests[0].Side;
        using var frozen = new FrozenBackbone(backbone, blocks, side);
        var pooled = empty([requests.Count, MobileNetV2.FeatureChannels], ScalarType.Float32).DetachFromDisposeScope();
        var inputs = blocks.Zip(frozen.Shapes).ToDictionary(
            b => b.First, b => empty([requests.Count, .. b.Second], ScalarType.Float16).DetachFromDisposeScope());
        // If the whole network is trained, it starts from the pictures themselves.
        if (firstBlocks.Contains(0))
        {
            inputs[0] = empty([requests.Count, side, side, 3], ScalarType.Byte).DetachFromDisposeScope();
        }

        var bank = new FeatureBank(items, views, inputs, pooled);
        try
        {
            var done = 0;
            var cores = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, requests.Count, cores, (row, _) =>
            {
                var rgb = SampleRenderer.Render(requests[row]).Pixels;
                using var outputs = frozen.Run(rgb);
                outputs[0].GetTensorDataAsSpan<float>().CopyTo(Row<float>(pooled, row));
                for (var i = 0; i < blocks.Length; i++)
                {
                    TensorPrimitives.ConvertToHalf(outputs[i + 1].GetTensorDataAsSpan<float>(), Row<Half>(inputs[blocks[i]], row));
                }

                if (firstBlocks.Contains(0))
                {
                    rgb.CopyTo(Row<byte>(inputs[0], row));
                }

                progress?.Report(Interlocked.Increment(ref done));
                return ValueTask.CompletedTask;
            }).ConfigureAwait(false);
            return bank;
        }
        catch
        {
            bank.Dispose();
            throw;
        }
    }

    /// <summary>Computes the logits of some rows.</summary>
    /// <param name="network">The network.</param>
    /// <param name="rows">Row indices.</param>
    /// <param name="firstBlock">First block to run, one that the bank was built for; the number of blocks starts from the pooled
    /// features.</param>
    /// <param name="device">Device of the network.</param>
    /// <param name="mix">Optional partner rows and shares for mixup.</param>
    public Tensor Logits(MaskNetwork network, long[] rows, int firstBlock, Device device, (long[] Partners, Tensor Share)? mix = null)
    {
        using var scope = NewDisposeScope();
        if (firstBlock == network.Backbone.BlockCount)
        {
            return network.Classify(_pooled.index_select(0, tensor(rows)).to(device)).MoveToOuterDisposeScope();
        }

        var input = Input(rows, firstBlock, device);
        if (mix is { } m)
        {
            var share = m.Share.view(-1, 1, 1, 1);
            input = (input * share) + (Input(m.Partners, firstBlock, device) * (1 - share));
        }

        return network.ForwardFrom(input, firstBlock).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var input in _inputs.Values)
        {
            input.Dispose();
        }

        _pooled.Dispose();
    }

    /// <summary>The memory of one row.</summary>
    private static Span<T> Row<T>(Tensor tensor, int row)
        where T : unmanaged
    {
        using var one = tensor.narrow(0, row, 1);
        return MemoryMarshal.Cast<byte, T>(one.bytes);
    }

    private Tensor Input(long[] rows, int firstBlock, Device device)
    {
        var chosen = _inputs[firstBlock].index_select(0, tensor(rows)).to(device);
        return firstBlock == 0 ? MaskNetwork.Preprocess(chosen) : chosen.to(ScalarType.Float32).permute(0, 3, 1, 2);
    }
}

/// <summary>The banks that a run trains on and is validated with.</summary>
/// <param name="Train">Augmented views of the training faces.</param>
/// <param name="Plain">The view that the service would have, for the held-back faces.</param>
/// <param name="Hard">One augmented view of each held-back face, if the recipe asks for it.</param>
internal sealed record FeatureBanks(FeatureBank Train, FeatureBank Plain, FeatureBank? Hard) : IDisposable
{
    /// <summary>The first trainable block of a recipe; the number of blocks for none.</summary>
    /// <param name="network">The network.</param>
    /// <param name="recipe">The recipe.</param>
    public static int FirstBlock(MaskNetwork network, Recipe recipe) =>
        recipe.TuningPhase?.FirstBlock is { } name ? network.Backbone.IndexOf(name) : network.Backbone.BlockCount;

    public void Dispose()
    {
        Train.Dispose();
        Plain.Dispose();
        Hard?.Dispose();
    }
}

/// <summary>Builds banks.</summary>
/// <param name="backbone">The backbone before training.</param>
/// <param name="crops">All faces.</param>
/// <param name="firstBlocks">Blocks that may be the first trainable one.</param>
/// <param name="seed">Seed of the augmentation.</param>
/// <param name="observer">Receives progress.</param>
internal sealed class FeatureBankBuilder(
    BackboneWeights backbone, IReadOnlyList<LabelledCrop> crops, IReadOnlySet<int> firstBlocks, int seed, ITrainingObserver observer)
{
    private const int PlainView = -1, HardView = -2;

    /// <summary>Builds the banks of one recipe and split.</summary>
    /// <param name="split">Training and held-back faces.</param>
    /// <param name="recipe">Determines the augmentation.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<FeatureBanks> BuildAsync(Split split, Recipe recipe, CancellationToken cancellationToken)
    {
        FeatureBank? train = null, plain = null;
        try
        {
            train = Augments(recipe)
                ? await TrainAsync(split.Train, recipe, cancellationToken).ConfigureAwait(false)
                : await PlainAsync("training views", split.Train, recipe, cancellationToken).ConfigureAwait(false);
            plain = await PlainAsync("validation views", split.Validation, recipe, cancellationToken).ConfigureAwait(false);
            return new FeatureBanks(train, plain, await HardAsync(split.Validation, recipe, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            train?.Dispose();
            plain?.Dispose();
            throw;
        }
    }

    /// <summary>Whether a recipe augments its views.</summary>
    public static bool Augments(Recipe recipe) => recipe.Augmentation != Augmentation.None;

    /// <summary>Builds augmented views for training.</summary>
    public Task<FeatureBank> TrainAsync(IReadOnlyList<int> items, Recipe recipe, CancellationToken cancellationToken) =>
        BuildAsync(
            "training views",
            items,
            [.. Enumerable.Range(0, recipe.Views)],
            recipe.InputSize,
            recipe.Augmentation,
            cancellationToken);

    /// <summary>Builds the view that the service would have.</summary>
    public Task<FeatureBank> PlainAsync(string what, IReadOnlyList<int> items, Recipe recipe, CancellationToken cancellationToken) =>
        BuildAsync(what, items, [PlainView], recipe.InputSize, null, cancellationToken);

    /// <summary>Builds one augmented view for validation, if the recipe asks for it.</summary>
    public async Task<FeatureBank?> HardAsync(IReadOnlyList<int> items, Recipe recipe, CancellationToken cancellationToken) =>
        Augments(recipe) && recipe.AugmentValidation
            ? await BuildAsync(
                "augmented validation views", items, [HardView], recipe.InputSize, recipe.Augmentation, cancellationToken)
                .ConfigureAwait(false)
            : null;

    private Task<FeatureBank> BuildAsync(
        string what, IReadOnlyList<int> items, IReadOnlyList<int> views, int side, Augmentation? augmentation,
        CancellationToken cancellationToken)
    {
        LabelledCrop[] covers = augmentation?.Cover > 0
            ? [.. items.Select(i => crops[i]).Where(
                c => c is { Label: FaceLabel.WithoutMask, Origin: BoxOrigin.Detector, FaceSide: >= 40 })]
            : [];
        LabelledCrop? Cover(int item, int view)
        {
            var random = new SeededRandom(seed, view, item, 0xC0FE);
            return covers.Length > 0 && crops[item].Label == FaceLabel.WithoutMask && random.Chance(augmentation!.Cover)
                ? covers[random.Below(covers.Length)]
                : null;
        }

        SampleRequest[] requests =
        [
            .. items.SelectMany(i => views.Select(v => new SampleRequest(crops[i], side, augmentation, (seed, v, i), Cover(i, v)))),
        ];
        return observer.FollowAsync(
            what, requests.Length, progress =>
                FeatureBank.BuildAsync(backbone, items, requests, views.Count, firstBlocks, progress, cancellationToken));
    }
}
