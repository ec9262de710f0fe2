using System.Text.Json;
using System.Text.Json.Serialization;
using MaskApi.Training.Data;
using MaskApi.Training.Network;

namespace MaskApi.Training.Fitting;

/// <summary>Settings of one training phase.</summary>
public sealed record PhaseSettings
{
    /// <summary>
    /// First trainable block of the backbone (<c>stem</c>, <c>0</c>–<c>16</c>, <c>last</c>); null freezes the whole backbone.
    /// </summary>
    public string? FirstBlock { get; init; }

    /// <summary>Maximum number of epochs.</summary>
    public int Epochs { get; init; } = 30;

    /// <summary>Adam's learning rate.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Epochs without a better validation loss before the phase ends and restores its best weights.</summary>
    public int Patience { get; init; } = 5;

    /// <summary>Epochs without a better validation loss before the learning rate is reduced; 0 keeps it.</summary>
    public int PlateauPatience { get; init; }

    /// <summary>Factor of the reduction.</summary>
    public double PlateauFactor { get; init; } = 0.5;

    /// <summary>Whether the learning rate follows half a cosine to zero over the epochs (then nothing stops early).</summary>
    public bool Cosine { get; init; }

    /// <summary>Decoupled weight decay of convolutions and dense layers.</summary>
    public double WeightDecay { get; init; }
}

/// <summary>Everything that determines how the classifier is trained, apart from the data and the seed.</summary>
public sealed record Recipe
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The recipe's name.</summary>
    public string Name { get; init; } = "custom";

    /// <summary>
    /// Side of the square that every face is stretched to, pixels, a multiple of 32. The ImageNet weights were trained on 224.
    /// </summary>
    public int InputSize { get; init; } = 224;

    /// <summary>Augmentation of the training pictures.</summary>
    public Augmentation Augmentation { get; init; } = Augmentation.None;

    /// <summary>Views of each training picture; without augmentation, one suffices.</summary>
    public int Views { get; init; } = 1;

    /// <summary>Share of each class held out for validation.</summary>
    public double ValidationShare { get; init; } = 0.2;

    /// <summary>Whether near-duplicates stay on the same side of the split.</summary>
    public bool GroupedSplit { get; init; } = true;

    /// <summary>Whether validation includes one augmented view of each picture, so that it does not saturate.</summary>
    public bool AugmentValidation { get; init; }

    /// <summary>Samples per step.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>The outputs of the network.</summary>
    public VerdictHead Head { get; init; }

    /// <summary>Share of the hidden units that dropout drops.</summary>
    public double Dropout { get; init; } = 0.5;

    /// <summary>Label smoothing: targets become ε/2 and 1 − ε/2.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Whether all classes have the same total weight.</summary>
    public bool BalanceClasses { get; init; }

    /// <summary>Weight of an unmasked face, relative to a masked one.</summary>
    public double WithoutMaskWeight { get; init; } = 1;

    /// <summary>Weight of a face with an incorrectly worn mask relative to a masked one.</summary>
    public double IncorrectMaskWeight { get; init; } = 1;

    /// <summary>Weight of the faces of a source, by its name. Sources not listed have weight 1; weight 0 leaves a source out.</summary>
    public IReadOnlyDictionary<string, double> SourceWeights { get; init; } = new Dictionary<string, double>();

    /// <summary>Whether pictures without a detected face are used whole.</summary>
    public bool UseUndetected { get; init; } = true;

    /// <summary>Decay per step of the running average of the weights, 0 for none. The average is validated and kept.</summary>
    public double AverageDecay { get; init; }

    /// <summary>Focusing exponent of focal loss; 0 for plain cross-entropy.</summary>
    public double FocalGamma { get; init; }

    /// <summary>Mixup alpha in the second phase; 0 for none.</summary>
    public double Mixup { get; init; }

    /// <summary>The first phase: head only.</summary>
    public PhaseSettings HeadPhase { get; init; } = new();

    /// <summary>The second phase: head and top of the backbone.</summary>
    public PhaseSettings? TuningPhase { get; init; }

    /// <summary>
    /// The original project's recipe: no augmentation, head first, then the top 30 of Keras's layers (blocks 14 to 16 and the last
    /// convolution) at 1e-5, early stopping, ReduceLROnPlateau with factor 0.5 and patience 2.
    /// </summary>
    public static Recipe Original { get; } = new()
    {
        Name = "original",
        GroupedSplit = false,
        HeadPhase = new PhaseSettings { Epochs = 30, LearningRate = 1e-3, Patience = 5 },
        TuningPhase = new PhaseSettings { FirstBlock = "14", Epochs = 20, LearningRate = 1e-5, Patience = 5, PlateauPatience = 2 },
    };

    /// <summary>
    /// The recipe of the shipped model. <c>models/mask_classifier.md</c> lists what each part brings and what was rejected.
    /// </summary>
    public static Recipe Best { get; } = new()
    {
        Name = "best",
        Head = VerdictHead.MaskAndFit,
        InputSize = 160,
        Augmentation = new Augmentation { Cover = 0.15 },
        Views = 4,
        AugmentValidation = true,
        BatchSize = 64,
        LabelSmoothing = 0.05,
        BalanceClasses = true,
        IncorrectMaskWeight = 0.12,
        SourceWeights = new Dictionary<string, double> { ["masktype-drawn"] = 0.3, ["kaggle853-dev"] = 2 },
        AverageDecay = 0.995,
        HeadPhase = new PhaseSettings { Epochs = 12, LearningRate = 1e-3, Patience = 4 },
        TuningPhase = new PhaseSettings { FirstBlock = "11", Epochs = 9, LearningRate = 3e-4, Patience = 4, PlateauPatience = 2 },
    };

    /// <summary>A recipe by name, or from a JSON file.</summary>
    /// <param name="nameOrFile"><c>original</c>, <c>best</c>, or the path of a file written by <see cref="ToJson"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such recipe and no such file.</exception>
    /// <exception cref="JsonException">The file is not a recipe.</exception>
    public static Recipe Load(string nameOrFile) => nameOrFile switch
    {
        "original" => Original,
        "best" => Best,
        _ when File.Exists(nameOrFile) => FromJson(File.ReadAllText(nameOrFile)),
        _ => throw new FileNotFoundException($"'{nameOrFile}' is neither a recipe (original, best) nor a file.", nameOrFile),
    };

    /// <summary>Reads a recipe. Missing members have their defaults; unknown ones are an error.</summary>
    /// <param name="json">A JSON object.</param>
    public static Recipe FromJson(string json) =>
        JsonSerializer.Deserialize<Recipe>(json, _json) ?? throw new JsonException("The recipe is empty.");

    /// <summary>The recipe as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, _json);
}
