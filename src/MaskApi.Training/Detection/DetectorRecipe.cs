namespace MaskApi.Training.Detection;

/// <summary>How the detector is tuned.</summary>
internal sealed record DetectorRecipe
{
    /// <summary>Steps of the first round, on labelled pictures alone.</summary>
    public int FirstRoundSteps { get; init; } = 1200;

    /// <summary>Steps of the second round, on labelled and newly labelled pictures.</summary>
    public int SecondRoundSteps { get; init; } = 2400;

    /// <summary>Views a step.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Greatest learning rate, reached after <see cref="WarmUpSteps"/>, then falling along a cosine.</summary>
    public double LearningRate { get; init; } = 6e-4;

    /// <summary>Steps in which the learning rate rises from 0.</summary>
    public int WarmUpSteps { get; init; } = 150;

    /// <summary>Decay of weights (AdamW).</summary>
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Greatest norm of the gradient.</summary>
    public double GradientNorm { get; init; } = 5;

    /// <summary>Decay of the running average of the weights, which is what is kept.</summary>
    public double AverageDecay { get; init; } = 0.998;

    /// <summary>Share of the second round's views that come from pictures nobody labelled.</summary>
    public double UnlabelledShare { get; init; } = 0.5;

    /// <summary>
    /// Share of the second round's views that come from pictures without people, if there are any. Without them a tuned network sees
    /// faces in cups and coins: all it was shown besides faces is what stands around people.
    /// </summary>
    public double EmptyShare { get; init; } = 0.3;

    /// <summary>
    /// Share of the original weights in the mean that is kept. Some of them keep what the original network knew of pictures that are
    /// unlike those of the tuning (Wortsman et al., Robust fine-tuning of zero-shot models, 2022).
    /// </summary>
    public double OriginalShare { get; init; }

    /// <summary>Seed of everything random.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Of the views.</summary>
    public SamplerOptions Sampler { get; init; } = new();
}
