namespace MaskApi.Training.Data;

/// <summary>Faces of which some have another label than their data set gave them.</summary>
/// <param name="Crops">The faces, in their order.</param>
/// <param name="Relabelled">Number of faces that are now <see cref="FaceLabel.IncorrectMask"/>.</param>
/// <param name="LeftOut">Number of faces left out.</param>
public sealed record CleanedLabels(IReadOnlyList<LabelledCrop> Crops, int Relabelled, int LeftOut);

/// <summary>
/// Mends the labels of data sets that know only masked and bare faces: they call a face masked whose nose is bare. A network that was not
/// trained on the data set tells which.
/// </summary>
public static class LabelCleaning
{
    /// <summary>Mends labels; bare faces, and faces without an answer, stay as they are.</summary>
    /// <param name="crops">The faces.</param>
    /// <param name="answers">Answers of a network that was trained without the data set.</param>
    /// <param name="incorrectFrom">From this probability of a mask worn wrong on, a face labelled as masked is relabelled.</param>
    /// <param name="doubtfulFrom">From this one on, it is left out: nobody knows.</param>
    public static CleanedLabels Apply(
        IReadOnlyList<LabelledCrop> crops, IReadOnlyList<HeldOutVerdict> answers, double incorrectFrom, double doubtfulFrom)
    {
        ArgumentNullException.ThrowIfNull(crops);
        ArgumentNullException.ThrowIfNull(answers);
        var incorrect = answers.ToLookup(a => a.Face, a => a.Probabilities[(int)FaceLabel.IncorrectMask], StringComparer.Ordinal);
        double Incorrect(LabelledCrop crop) =>
            crop.Label == FaceLabel.WithMask ? incorrect[HeldOutAnswersFile.Key(crop)].DefaultIfEmpty().Max() : 0;
        var kept = new List<LabelledCrop>();
        var relabelled = 0;
        foreach (var crop in crops)
        {
            var probability = Incorrect(crop);
            if (probability >= incorrectFrom)
            {
                kept.Add(crop with { Label = FaceLabel.IncorrectMask });
                relabelled++;
            }
            else if (probability < doubtfulFrom)
            {
                kept.Add(crop);
            }
        }

        return new CleanedLabels(kept, relabelled, crops.Count - kept.Count);
    }
}
