#pragma once

#include <cstddef>
#include <vector>

#include "survey/survey.h"

namespace dxpy::survey {

/// Reads those files anew, with the help of all that they import, of which that may
/// say more than their own source did. What they say then depends on other files, so
/// the index does not keep it.
///
/// @param before  what is known without it: where that has doubts which no import can
///                settle, nobody gains by it.
/// @returns  how many were read.
size_t FollowImports(const SurveyRequest& request, const Surroundings& before,
                     std::vector<SurveyedFile>& files, std::vector<SurveyedFile>& conftests);

}  // namespace dxpy::survey
