namespace MaskApi.Training.Data;

/// <summary>Faces with corrected labels.</summary>
/// <param name="Crops">The remaining faces, in their original order.</param>
/// <param name="Relabelled">Number of faces relabelled as <see cref="FaceLabel.IncorrectMask"/>.</param>
/// <param name="LeftOut">Number of faces left out.</param>
public sealed record CleanedLabels(IReadOnlyList<LabelledCrop> Crops, int Relabelled, int LeftOut);

/// <summary>
/// Corrects the labels of data sets that only know masked and unmasked faces, and label a face as masked even if its nose is bare. A
/// network that was not trained on the data set finds these faces.
/// </summary>
public static class LabelCleaning
{
    /// <summary>Corrects labels. Unmasked faces and faces without a prediction stay unchanged.</summary>
    /// <param name="crops">The faces.</param>
    /// <param name="answers">Predictions of a network that was trained without the data set.</param>
    /// <param name="incorrectFrom">Minimum probability of an incorrectly worn mask to relabel a face labelled as masked.</param>
    /// <param name="doubtfulFrom">Minimum such probability to leave a face out as doubtful.</param>
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
