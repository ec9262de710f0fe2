using MaskApi.Training.Data;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Detection;

/// <summary>A face to train on, in pixels of its picture.</summary>
/// <param name="Box">Brow to chin.</param>
/// <param name="Landmarks">The six key points, if known.</param>
/// <param name="Ignored">True if it is unclear whether this is a face; the place is then excluded from training.</param>
internal readonly record struct TrainingFace(PixelBox Box, FaceLandmarks? Landmarks, bool Ignored);

/// <summary>A picture to train on.</summary>
/// <param name="Name">Data set and file name, for folds and messages.</param>
/// <param name="Levels">The picture and its reductions.</param>
/// <param name="Faces">Its faces.</param>
internal sealed record TrainingPicture(string Name, PicturePyramid Levels, IReadOnlyList<TrainingFace> Faces)
{
    /// <summary>Places that a network took for faces in a picture without people. The sampler treats them like faces.</summary>
    public IReadOnlyList<PixelBox> Decoys { get; init; } = [];

    /// <summary>The picture in full size.</summary>
    public RgbImage Image => Levels[0];

    /// <summary>Number of faces that are not ignored.</summary>
    public int FaceCount => Faces.Count(face => !face.Ignored);
}
