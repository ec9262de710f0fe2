namespace MaskApi.Vision.Classification;

/// <summary>What the classifier says of a crop.</summary>
/// <param name="Probabilities">Calibrated probabilities of the verdicts.</param>
/// <param name="FaceLogit">Above 0 where the crop shows a face at all; null where the classifier was not asked to learn that.</param>
public readonly record struct CropVerdict(VerdictProbabilities Probabilities, float? FaceLogit);
