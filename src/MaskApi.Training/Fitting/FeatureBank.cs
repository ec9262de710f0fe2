using MaskApi.Training.Data;
using MaskApi.Training.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace MaskApi.Training.Fitting;

/// <summary>
/// Outputs of the frozen part of the backbone for every view of every sample, computed once: the costly blocks run once a view instead of
/// once an epoch. Holds, per view, what the first learning block takes (half precision), and the pooled features (single precision).
/// </summary>
internal sealed class FeatureBank : IDisposable
{
    private const int RenderBatch = 32;

    private readonly Dictionary<int, int> _rows;
    private readonly Tensor? _inputs;
    private readonly Tensor _pooled;
    private readonly int _firstBlock;
    private readonly int _blockCount;

    private FeatureBank(IReadOnlyList<int> items, int views, Tensor? inputs, Tensor pooled, int firstBlock, int blockCount)
    {
        _rows = items.Select((item, i) => (item, i)).ToDictionary(p => p.item, p => p.i * views);
        (_inputs, _pooled, Views, _firstBlock, _blockCount) = (inputs, pooled, views, firstBlock, blockCount);
    }

    /// <summary>Views of each face.</summary>
    public int Views { get; }

    /// <summary>Where a view of a face is kept.</summary>
    /// <param name="item">The face.</param>
    /// <param name="view">From 0 to <see cref="Views"/> − 1.</param>
    public long Row(int item, int view = 0) => _rows[item] + view;

    /// <summary>Renders all views and runs the frozen blocks over them.</summary>
    /// <param name="network">In evaluation mode; its blocks before <paramref name="firstBlock"/> must not change while the bank is in use.</param>
    /// <param name="items">The faces, by any number of their own.</param>
    /// <param name="requests">Face by face, all views of one before the next.</param>
    /// <param name="views">Views of each face.</param>
    /// <param name="firstBlock">First block that will learn.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="progress">Told of each rendered sample; may be null.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<FeatureBank> BuildAsync(
        MaskNetwork network,
        IReadOnlyList<int> items,
        IReadOnlyList<SampleRequest> requests,
        int views,
        int firstBlock,
        Device device,
        IProgress<int>? progress,
        CancellationToken cancellationToken)
    {
        var blockCount = network.Backbone.BlockCount;
        var pooled = empty(requests.Count, MobileNetV2.FeatureChannels, ScalarType.Float32).DetachFromDisposeScope();
        Tensor? inputs = null;
        try
        {
            await foreach (var batch in BatchLoader.RenderAsync(requests, RenderBatch, cancellationToken).ConfigureAwait(false))
            {
                using var scope = NewDisposeScope();
                using var frozen = no_grad();
                var rgb = tensor(batch.Rgb, [batch.Count, SampleRenderer.Side, SampleRenderer.Side, 3]);
                var before = network.Backbone.RunBlocks(MaskNetwork.Preprocess(rgb.to(device)), 0, firstBlock);
                // The whole network learns: keep the pictures themselves. The whole backbone is frozen: pooled features are all there is.
                var keep = firstBlock == 0 ? rgb : firstBlock == blockCount ? null : before.permute(0, 2, 3, 1).to(ScalarType.Float16).cpu();
                if (keep is not null)
                {
                    inputs ??= empty([requests.Count, .. keep.shape[1..]], keep.dtype).DetachFromDisposeScope();
                    inputs.narrow(0, batch.First, batch.Count).copy_(keep);
                }

                pooled.narrow(0, batch.First, batch.Count).copy_(MaskNetwork.Pool(network.Backbone.RunBlocks(before, firstBlock, blockCount)));
                progress?.Report(batch.First + batch.Count);
            }

            return new FeatureBank(items, views, inputs, pooled, firstBlock, blockCount);
        }
        catch
        {
            inputs?.Dispose();
            pooled.Dispose();
            throw;
        }
    }

    /// <summary>Logits of some rows.</summary>
    /// <param name="network">The network.</param>
    /// <param name="rows">Row indices.</param>
    /// <param name="frozenBackbone">True to start from the pooled features; false to run the learning blocks.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="mix">Optional partner rows and shares for mixing inputs.</param>
    public Tensor Logits(MaskNetwork network, long[] rows, bool frozenBackbone, Device device, (long[] Partners, Tensor Share)? mix = null)
    {
        using var scope = NewDisposeScope();
        if (frozenBackbone || _firstBlock == _blockCount)
            return network.Classify(_pooled.index_select(0, tensor(rows)).to(device)).MoveToOuterDisposeScope();
        var input = Input(rows, device);
        if (mix is { } m)
        {
            var share = m.Share.view(-1, 1, 1, 1);
            input = (input * share) + (Input(m.Partners, device) * (1 - share));
        }

        return network.ForwardFrom(input, _firstBlock).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _inputs?.Dispose();
        _pooled.Dispose();
    }

    private Tensor Input(long[] rows, Device device)
    {
        var chosen = _inputs!.index_select(0, tensor(rows)).to(device);
        return _firstBlock == 0 ? MaskNetwork.Preprocess(chosen) : chosen.to(ScalarType.Float32).permute(0, 3, 1, 2);
    }
}

/// <summary>The banks that a run learns from and is judged by.</summary>
/// <param name="Train">Augmented views of the faces learnt from.</param>
/// <param name="Plain">The view that the service would have, of the faces held back.</param>
/// <param name="Hard">One augmented view of each face held back, where the recipe wants it.</param>
internal sealed record FeatureBanks(FeatureBank Train, FeatureBank Plain, FeatureBank? Hard) : IDisposable
{
    /// <summary>Builds the banks.</summary>
    /// <param name="network">Untrained; its frozen part is what counts.</param>
    /// <param name="crops">All faces.</param>
    /// <param name="train">Faces to learn from.</param>
    /// <param name="held">Faces held back.</param>
    /// <param name="recipe">Says how to augment and what learns.</param>
    /// <param name="seed">Seed of the augmentation.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="observer">Told how it goes.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<FeatureBanks> BuildAsync(
        MaskNetwork network,
        IReadOnlyList<LabelledCrop> crops,
        IReadOnlyList<int> train,
        IReadOnlyList<int> held,
        Recipe recipe,
        int seed,
        Device device,
        ITrainingObserver observer,
        CancellationToken cancellationToken)
    {
        const int PlainView = -1, HardView = -2;
        var firstBlock = FirstBlock(network, recipe);
        network.eval();
        Task<FeatureBank> Build(string what, IReadOnlyList<int> items, IReadOnlyList<int> views)
        {
            var requests = items
                .SelectMany(i => views.Select(v => new SampleRequest(crops[i], v == PlainView ? null : recipe.Augmentation, (seed, v, i))))
                .ToArray();
            return observer.FollowAsync(
                what, requests.Length, progress => FeatureBank.BuildAsync(network, items, requests, views.Count, firstBlock, device, progress, cancellationToken));
        }

        // Without augmentation all views are equal, so the plain one will do.
        var augmented = recipe.Augmentation != Augmentation.None;
        FeatureBank? learning = null, plain = null;
        try
        {
            learning = await Build("training views", train, augmented ? [.. Enumerable.Range(0, recipe.Views)] : [PlainView]).ConfigureAwait(false);
            plain = await Build("validation views", held, [PlainView]).ConfigureAwait(false);
            var hard = augmented && recipe.AugmentValidation ? await Build("augmented validation views", held, [HardView]).ConfigureAwait(false) : null;
            return new FeatureBanks(learning, plain, hard);
        }
        catch
        {
            learning?.Dispose();
            plain?.Dispose();
            throw;
        }
    }

    /// <summary>The first block that a recipe lets learn.</summary>
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
