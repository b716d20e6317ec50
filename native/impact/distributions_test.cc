#include "impact/distributions.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "testing/temp_folder.h"

namespace dxpy::impact {
namespace {

using Files = std::vector<std::string>;

TEST_CASE("the records of what provides a module, and of what that requires") {
  const testing::TempFolder site;
  const std::string shop = site.Write("Shop_Kit-1.0.dist-info/RECORD",
                                      "shop/__init__.py,,\r\nshop_cli.py,,\n../bin/s,,\n");
  site.Write(
      "Shop_Kit-1.0.dist-info/METADATA",
      "Name: Shop.Kit\nRequires-Dist: tax-rates (>=1) ; extra == 'x'\n\nRequires-Dist: no\n");
  const std::string tax = site.Write("tax_rates-2.dist-info/RECORD", "tax/rates.so,,\n");
  site.Write("tax_rates-2.dist-info/METADATA", "Name: tax_rates\nRequires-Dist: shop-kit\n");
  const std::string old = site.Write("old.egg-info/PKG-INFO", "Name: old\n");
  site.Write("old.egg-info/top_level.txt", "old_module\n");

  Distributions distributions;
  CHECK(distributions.FilesOf(site.path(), "shop") == Files{shop, tax});
  CHECK(distributions.FilesOf(site.path(), "shop_cli") == Files{shop, tax});
  CHECK(distributions.FilesOf(site.path(), "tax") == Files{shop, tax});
  CHECK(distributions.FilesOf(site.path(), "old_module") == Files{old});
  CHECK(distributions.FilesOf(site.path(), "unknown").empty());
  CHECK(distributions.FilesOf(site.At("nowhere"), "shop").empty());
}

TEST_CASE("names have one spelling") {
  CHECK(NormalizedName("Shop._-Kit") == "shop-kit");
  CHECK(NormalizedName("") == "");
}

}  // namespace
}  // namespace dxpy::impact
