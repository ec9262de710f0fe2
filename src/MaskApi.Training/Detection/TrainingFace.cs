using MaskApi.Training.Data;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Detection;

/// <summary>A face to learn from, in pixels of its picture.</summary>
/// <param name="Box">Brow to chin.</param>
/// <param name="Landmarks">The six key points, where they are known.</param>
/// <param name="Ignored">True where nobody can say whether a face is there: nothing is learned from that place.</param>
internal readonly record struct TrainingFace(PixelBox Box, FaceLandmarks? Landmarks, bool Ignored);

/// <summary>A picture to learn from.</summary>
/// <param name="Name">Data set and file, for folds and messages.</param>
/// <param name="Levels">The picture, then each time half as large.</param>
/// <param name="Faces">All that is known of it.</param>
internal sealed record TrainingPicture(string Name, PicturePyramid Levels, IReadOnlyList<TrainingFace> Faces)
{
    /// <summary>Places that a network took for faces though nobody is there; views look at them as they look at faces.</summary>
    public IReadOnlyList<PixelBox> Decoys { get; init; } = [];

    /// <summary>The picture in full size.</summary>
    public RgbImage Image => Levels[0];

    /// <summary>How many faces are taken for certain.</summary>
    public int FaceCount => Faces.Count(face => !face.Ignored);
}
