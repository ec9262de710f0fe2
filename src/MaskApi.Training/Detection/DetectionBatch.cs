namespace MaskApi.Training.Detection;

/// <summary>Views and their faces, packed for tensors.</summary>
/// <param name="Count">Number of views.</param>
/// <param name="Side">Side of a view, in pixels.</param>
/// <param name="Rgb">uint8 <c>[count, side, side, 3]</c>.</param>
/// <param name="FacesPerView">Rows of <paramref name="Faces"/> per view; unused rows come last.</param>
/// <param name="Faces">float <c>[count, faces, 18]</c>, with the layout of <see cref="FaceRow"/>.</param>
internal sealed record DetectionBatch(int Count, int Side, byte[] Rgb, int FacesPerView, float[] Faces)
{
    /// <summary>Packs views into a batch.</summary>
    /// <param name="views">The views and their faces.</param>
    /// <param name="side">Side of a view, in pixels.</param>
    public static DetectionBatch Of(IReadOnlyList<(Data.RgbImage View, IReadOnlyList<TrainingFace> Faces)> views, int side)
    {
        var facesPerView = Math.Max(1, views.Max(view => view.Faces.Count));
        var rgb = new byte[views.Count * side * side * 3];
        var rows = new float[views.Count * facesPerView * FaceRow.Length];
        for (var i = 0; i < views.Count; i++)
        {
            views[i].View.Pixels.CopyTo(rgb, i * side * side * 3);
            for (var f = 0; f < facesPerView; f++)
            {
                var row = rows.AsSpan(((i * facesPerView) + f) * FaceRow.Length, FaceRow.Length);
                if (f < views[i].Faces.Count)
                {
                    FaceRow.Write(views[i].Faces[f], row);
                }
                else
                {
                    row[FaceRow.Kind] = FaceRow.Unused;
                }
            }
        }

        return new DetectionBatch(views.Count, side, rgb, facesPerView, rows);
    }
}

/// <summary>A face as a row of numbers: left, top, width, height, six key points, kind, and whether the key points are known.</summary>
internal static class FaceRow
{
    /// <summary>Length of a row.</summary>
    public const int Length = 18;

    /// <summary>Index of the first key point value.</summary>
    public const int Landmarks = 4;

    /// <summary>Index of the kind.</summary>
    public const int Kind = 16;

    /// <summary>Index of the flag for known key points: 1 or 0.</summary>
    public const int HasLandmarks = 17;

    /// <summary>Kind: a face.</summary>
    public const float Certain = 1;

    /// <summary>Kind: excluded from training.</summary>
    public const float Ignored = 0;

    /// <summary>Kind: an unused row.</summary>
    public const float Unused = -1;

    /// <summary>Writes a face.</summary>
    public static void Write(TrainingFace face, Span<float> row)
    {
        (row[0], row[1], row[2], row[3]) = (face.Box.X, face.Box.Y, face.Box.Width, face.Box.Height);
        face.Landmarks?.CopyTo(row[Landmarks..]);
        row[Kind] = face.Ignored ? Ignored : Certain;
        row[HasLandmarks] = face.Landmarks is null ? 0 : 1;
    }
}
