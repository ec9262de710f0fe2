namespace MaskApi.Vision.Classification;

/// <summary>The classifier's verdict on a crop.</summary>
/// <param name="Probabilities">Calibrated probabilities of the verdicts.</param>
/// <param name="FaceLogit">Logit that the crop shows a face; null if the model has no such output.</param>
public readonly record struct CropVerdict(VerdictProbabilities Probabilities, float? FaceLogit);
