namespace MaskApi.Vision.Detection;

/// <summary>Which of MediaPipe's BlazeFace models takes a look.</summary>
public enum FaceModel
{
    /// <summary>128 × 128 pixels; sees faces from a fifth of the region's side up to all of it.</summary>
    ShortRange,

    /// <summary>192 × 192 pixels; sees faces from a fifteenth of the region's side up.</summary>
    FullRange,
}
