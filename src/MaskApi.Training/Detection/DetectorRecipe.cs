namespace MaskApi.Training.Detection;

/// <summary>Settings of the detector's fine-tuning.</summary>
internal sealed record DetectorRecipe
{
    /// <summary>Steps of the first round, on labelled pictures only.</summary>
    public int FirstRoundSteps { get; init; } = 1200;

    /// <summary>Steps of the second round, on labelled and pseudo-labelled pictures.</summary>
    public int SecondRoundSteps { get; init; } = 2400;

    /// <summary>Views per step.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Peak learning rate, reached after <see cref="WarmUpSteps"/>, followed by a cosine decay.</summary>
    public double LearningRate { get; init; } = 6e-4;

    /// <summary>Steps over which the learning rate rises from 0.</summary>
    public int WarmUpSteps { get; init; } = 150;

    /// <summary>Weight decay (AdamW).</summary>
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Maximum norm of the gradient.</summary>
    public double GradientNorm { get; init; } = 5;

    /// <summary>Decay of the running average of the weights. The average is what is kept.</summary>
    public double AverageDecay { get; init; } = 0.998;

    /// <summary>Share of the second round's views from unlabelled pictures.</summary>
    public double UnlabelledShare { get; init; } = 0.5;

    /// <summary>
    /// Share of the second round's views from pictures without people, if there are any. Without them, a tuned network sees faces in cups
    /// and coins, because the only background it was shown is what surrounds people.
    /// </summary>
    public double EmptyShare { get; init; } = 0.3;

    /// <summary>
    /// Share of the original weights mixed back in. It preserves what the original network knew about pictures unlike those of the tuning
    /// (Wortsman et al., Robust fine-tuning of zero-shot models, 2022).
    /// </summary>
    public double OriginalShare { get; init; }

    /// <summary>Random seed.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Sampling of the views.</summary>
    public SamplerOptions Sampler { get; init; } = new();
}
