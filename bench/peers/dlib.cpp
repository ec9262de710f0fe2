// Finds faces with dlib's frontal face detector (HOG and a linear classifier; its model is part of the library).
// Reads file names of JPEGs from standard input; answers each with one line: [[x, y, width, height, score], …] in pixels.
//
//   dlib [LOWEST_SCORE]
#include <dlib/image_io.h>
#include <dlib/image_processing/frontal_face_detector.h>

#include <iostream>
#include <string>

int main(int argc, char** argv) {
    const double lowest = argc > 1 ? std::stod(argv[1]) : 0;
    auto detector = dlib::get_frontal_face_detector();
    for (std::string file; std::getline(std::cin, file);) {
        dlib::array2d<unsigned char> picture;
        dlib::load_jpeg(picture, file);

        // As in dlib's example: enlarged by two, since the detector's smallest face has 80 pixels.
        dlib::pyramid_up(picture);
        std::vector<dlib::rect_detection> faces;
        detector(picture, faces, lowest);
        std::cout << '[';
        for (std::size_t i = 0; i < faces.size(); i++) {
            const auto& box = faces[i].rect;
            std::cout << (i ? "," : "") << '[' << box.left() / 2.0 << ',' << box.top() / 2.0 << ',' << box.width() / 2.0 << ','
                      << box.height() / 2.0 << ',' << faces[i].detection_confidence << ']';
        }

        std::cout << ']' << std::endl;
    }
}
